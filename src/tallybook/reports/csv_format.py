"""The report as CSV, in two profiles: `api` for programs, `excel` for spreadsheets (SAFETY: Files)."""

from typing import IO

from tallybook.errors import Refused
from tallybook.reports.choice import Choice
from tallybook.reports.copying import copy_rows
from tallybook.reports.kinds import Kind, parameters

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_BOM = b"\xef\xbb\xbf"
_LINE_END = b"\r\n"


def write_api_csv(kind: Kind, choice: Choice, target: IO[bytes]) -> int:
    """RFC 4180: UTF-8 without a byte order mark, commas, CRLF; every value exactly as it is. Returns the number of rows."""
    return _write(kind, choice, target, ",", neutralise=False)


def write_excel_csv(kind: Kind, choice: Choice, target: IO[bytes], delimiter: str) -> int:
    """For double-clicking: byte order mark, chosen delimiter, and no text that a spreadsheet takes for a formula."""
    target.write(_BOM)
    return _write(kind, choice, target, delimiter, neutralise=True)


def checked_delimiter(text: str) -> str:
    """A delimiter by name or as the character itself.

    Raises:
        Refused: it is none of the three.
    """
    delimiter = DELIMITERS.get(text, text)
    if delimiter not in DELIMITERS.values():
        raise Refused(f"The delimiter {text!r} is none of comma, semicolon and tab.")
    return delimiter


def _write(kind: Kind, choice: Choice, target: IO[bytes], delimiter: str, *, neutralise: bool) -> int:
    target.write(delimiter.join(column.title for column in kind.columns).encode() + _LINE_END)
    form = f"FORMAT csv, DELIMITER '{delimiter}'"
    count = copy_rows(kind.rows_query(neutralise=neutralise), parameters(choice), form, target, separator=_LINE_END)
    if count:
        target.write(_LINE_END)
    return count
