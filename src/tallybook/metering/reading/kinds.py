"""Files that are something else than text, told by their first bytes, with what to do about each."""

from __future__ import annotations

from typing import Final

_UNPACK: Final = "is a compressed file; unpack it and name the CSV file that was in it."
_BINARY: Final = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel workbook; save it as CSV UTF-8."),
    (b"%PDF", "is a PDF document; ask for the report as CSV."),
    (b"PAR1", "is a Parquet file; write it as CSV UTF-8."),
    (b"SQLite format 3\0", "is an SQLite database; write its table as CSV UTF-8."),
    (b"{\\rtf", "is a rich text document; save it as plain CSV UTF-8."),
    (b"\x1f\x8b", _UNPACK),
    (b"BZh", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", _UNPACK),
    (b"\xfd7zXZ\0", _UNPACK),
    (b"\x28\xb5\x2f\xfd", _UNPACK),
    (b"Rar!\x1a\x07", _UNPACK),
)
# Some programs write web pages and XML under the name of a spreadsheet.
_TEXT: Final = (
    (b"<", "is a web page or XML and no CSV; open it in a spreadsheet and save it as CSV UTF-8."),
    (b"{", "is JSON and no CSV; ask for the report as CSV."),
    (b"[", "is JSON and no CSV; ask for the report as CSV."),
)


def other_kind(head: bytes) -> str | None:
    """What the file is and what to do, when its first bytes show that it is no CSV."""
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    if binary := next((what for sign, what in _BINARY if head.startswith(sign)), None):
        return binary
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((what for sign, what in _TEXT if text.startswith(sign)), None)


def _zipped(head: bytes) -> str:
    if b"opendocument.spreadsheet" in head:
        return "is an OpenDocument spreadsheet; save it as CSV UTF-8."
    if b"xl/" in head or b"[Content_Types].xml" in head:
        return "is an Excel workbook; save it as CSV UTF-8."
    return _UNPACK
