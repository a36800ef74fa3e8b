"""Binary rubbish and files of other kinds, each with one clear sentence."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tallybook.errors import UnusableFile
from tallybook.metering.reading import ReadingOptions, open_usage_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = b"Month,Customer,Product,Object Type,Object Name\n"


def workbook() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


def archive(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr(name, content)
    return file.getvalue()


KINDS = {
    "empty": (b"", "is empty"),
    "only a mark": (b"\xef\xbb\xbf", "only blank lines"),
    "blank lines": (b"\r\n \r\n\t\n", "only blank lines"),
    "many blank lines": (b"\n" * 600_000, "only blank lines"),
    "xlsx": (workbook(), "is an Excel workbook; save it as CSV UTF-8"),
    "ods": (archive("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "is an OpenDocument spreadsheet"),
    "zip": (archive("usage.csv", HEADER), "is a compressed file; unpack it"),
    "gzip": (gzip.compress(HEADER), "is a compressed file; unpack it"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old Excel workbook"),
    "pdf": (b"%PDF-1.7\n", "is a PDF document"),
    "parquet": (b"PAR1" + bytes(20), "is a Parquet file"),
    "html": (b"\xef\xbb\xbf \n<html><table>", "is a web page or XML"),
    "json": (b'{"rows": []}', "is JSON"),
    "rubbish": (bytes(range(200, 256)) * 100, "usage.csv"),
    "NUL in the header": (b"Month,\0Customer\n", "holds a NUL character in line 1"),
    "NUL in a row": (HEADER + b"2026-10,A\0,b,c,d\n", "holds a NUL character in line 2"),
    "control characters": (b"\x01\x02\x03\x04\x05\n\x06\x07\n", "control characters in its first line"),
    "prose": (b"Dear all,\nplease find the usage attached.\n", "lacks the needed columns 'Month', 'Customer Name'"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_usage_file_is_refused(kind: str, write: Callable[..., Path]) -> None:
    content, reason = KINDS[kind]
    with (
        pytest.raises(UnusableFile, match=re.escape(reason)) as caught,
        open_usage_file(write(content), ReadingOptions()) as usage_file,
    ):
        list(usage_file)
    message = str(caught.value)
    assert "usage.csv " in message
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r\n\r\n", "\n,,,,\n"])
def test_only_a_header_is_a_file_without_rows(end: str, write: Callable[..., Path]) -> None:
    with open_usage_file(write(HEADER.strip() + end.encode()), ReadingOptions()) as usage_file:
        assert list(usage_file) == []
        assert usage_file.profile == "itemised"
        assert usage_file.digest is not None
