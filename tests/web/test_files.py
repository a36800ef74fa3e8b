"""Sending a file that was built whole."""

import tempfile
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

from tallybook.web.files import WholeFileResponse, send_whole

CONTENT = b"Month\r\n" + b"2026-10\r\n" * 500_000


@dataclass(frozen=True)
class Built:
    """As reports are built."""

    file: IO[bytes]
    file_name: str = 'Müller "&" Söhne.csv'
    content_type: str = "text/csv; charset=utf-8"
    row_count: int = 500_000
    sha256: bytes = sha256(CONTENT).digest()


def sent() -> WholeFileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    file.write(CONTENT)
    file.seek(0)
    return send_whole(Built(file))


def test_it_says_how_long_it_is_and_what_it_digests_to() -> None:
    response = sent()
    body = response.getvalue()
    assert body == CONTENT
    assert response["Content-Length"] == str(len(CONTENT))
    assert b64decode(response["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":")) == sha256(body).digest()
    assert response["ETag"] == f'"{sha256(body).hexdigest()}"'
    assert response["Tallybook-Row-Count"] == "500000"
    response.close()


def test_it_goes_in_large_blocks() -> None:
    response = sent()
    assert max(len(block) for block in response) == 1024 * 1024
    response.close()


def test_names_of_any_language_arrive() -> None:
    response = sent()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''M%C3%BCller")
    response.close()


def test_closing_it_closes_the_file() -> None:
    response = sent()
    file = response.file_to_stream
    assert file is not None
    assert not file.closed
    response.close()
    assert file.closed
