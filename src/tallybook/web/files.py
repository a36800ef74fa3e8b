"""Sending a file that was built whole: with its length, digest and tag, so that an answer cut short never looks whole."""

from base64 import b64encode
from typing import IO, Protocol

from django.http import FileResponse

# Files are read and sent in blocks of this size.
BLOCK_BYTES = 1024 * 1024


class WholeFile(Protocol):
    """A file that is complete before the first byte of it is sent."""

    @property
    def file(self) -> IO[bytes]: ...
    @property
    def file_name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def row_count(self) -> int: ...
    @property
    def sha256(self) -> bytes: ...


class WholeFileResponse(FileResponse):
    """The answer; closing it closes the file."""

    # Django's 4 KiB cost six times as long.
    block_size = BLOCK_BYTES


def send_whole(built: WholeFile) -> WholeFileResponse:
    """The file as a download. `Repr-Digest` is RFC 9530's, the strong `ETag` the same digest in hexadecimal digits."""
    response = WholeFileResponse(built.file, as_attachment=True, filename=built.file_name, content_type=built.content_type)
    response["Repr-Digest"] = f"sha-256=:{b64encode(built.sha256).decode()}:"
    response["ETag"] = f'"{built.sha256.hex()}"'
    response["Tallybook-Row-Count"] = str(built.row_count)
    response["Cache-Control"] = "no-store"
    return response
