"""CSV that is built whole in a file of its own, for what is no report."""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO

_BOM = "\ufeff"
# A text that begins with one of these a spreadsheet takes for a formula, unless an apostrophe stands before it. A text that
# begins with an apostrophe gets one more, so that taking one away gives the text back. Line feed and the full-width signs are
# not in the standard list, but some spreadsheets heed them.
FORMULA_BEGINNINGS = "-=+@\t\r\n'＝＋＠－"  # noqa: RUF001 - the full-width signs are meant


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltCsv:
    """A whole file that nobody else can open and that goes when it is closed."""

    file: IO[bytes]
    file_name: str
    row_count: int
    sha256: bytes
    content_type: str = "text/csv; charset=utf-8"


def build_csv(
    file_name: str, titles: Sequence[str], rows: Iterable[Sequence[object]], *, for_spreadsheets: bool = False
) -> BuiltCsv:
    """The rows as CSV after RFC 4180. The caller closes the file.

    For spreadsheets it begins with a byte order mark, and no text in it is a formula.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - given to the caller
    try:
        return _built(file, file_name, titles, rows, for_spreadsheets=for_spreadsheets)
    except BaseException:
        file.close()
        raise


def _built(
    file: IO[bytes], file_name: str, titles: Sequence[str], rows: Iterable[Sequence[object]], *, for_spreadsheets: bool
) -> BuiltCsv:
    digest = sha256()
    row_count = 0

    def write(text: str) -> None:
        content = text.encode()
        file.write(content)
        digest.update(content)

    write((_BOM if for_spreadsheets else "") + _line(titles))
    for row in rows:
        write(_line([_neutralised(cell) for cell in row] if for_spreadsheets else row))
        row_count += 1
    file.seek(0)
    return BuiltCsv(file=file, file_name=file_name, row_count=row_count, sha256=digest.digest())


def _neutralised(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(tuple(FORMULA_BEGINNINGS)) else cell


def _line(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
