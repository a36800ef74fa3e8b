"""The report as an Excel workbook of one sheet."""

import tempfile
from datetime import UTC, datetime
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from tallybook.database.queries import Row, number, stream
from tallybook.errors import Refused
from tallybook.reports.choice import Choice
from tallybook.reports.kinds import Kind, parameters

MOST_ROWS = 1_048_575
# A workbook keeps about fifteen digits of a number; larger ones are written as text rather than rounded.
_LARGEST_EXACT = 10**15
_WIDTHS = {"Month": 9, "Deleted": 8, "Invoice": 9, "Days Backed Up": 9, "Customer ID": 36}
_USUAL_WIDTH = 22
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # A sheet's markup may pass 2 GiB; a smaller one is the same with and without.
    "use_zip64": True,
}
# Nothing in the file tells when it was made, so that the same data is the same file.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write_xlsx(kind: Kind, choice: Choice, target: IO[bytes]) -> int:
    """Write the workbook and return its number of rows. Text stays text, whatever it looks like.

    Raises:
        Refused: more rows than a sheet has.
    """
    count = number(kind.count_query, parameters(choice))
    if count > MOST_ROWS:
        raise Refused(f"The report has {count:,} rows, and a sheet of Excel {MOST_ROWS:,}. Choose CSV or fewer months.")
    archive = _Archive(target)
    try:
        # The library leaves its parts behind where it fails; a folder of our own goes with them.
        with tempfile.TemporaryDirectory() as folder, Workbook(archive, _OPTIONS | {"tmpdir": folder}) as workbook:
            workbook.set_properties({"title": kind.title, "created": _CREATED})
            _fill(workbook, kind, choice)
    except FileCreateError as error:
        # The library's wrapping of what the system said, such as that the disk is full.
        raise OSError(*error.args[0].args) from None
    finally:
        archive.let_go()
    return count


class _Archive:
    """The file as the library's zip writes it.

    A zip that could not be written tries to write its end when it is thrown away, and complains on standard error that the
    file is closed; by then it was let go, and writes to nobody.
    """

    def __init__(self, target: IO[bytes]) -> None:
        self._target: IO[bytes] | None = target

    def let_go(self) -> None:
        self._target = None

    def write(self, content: bytes) -> int:
        return self._target.write(content) if self._target else len(content)

    def seek(self, position: int, whence: int = 0) -> int:
        return self._target.seek(position, whence) if self._target else 0

    def tell(self) -> int:
        return self._target.tell() if self._target else 0

    def flush(self) -> None:
        if self._target:
            self._target.flush()


def _fill(workbook: Workbook, kind: Kind, choice: Choice) -> None:
    sheet = workbook.add_worksheet(kind.title)
    sheet.freeze_panes(1, 0)
    bold = workbook.add_format({"bold": True})
    whole = workbook.add_format({"num_format": "#,##0"})
    for index, column in enumerate(kind.columns):
        sheet.set_column(index, index, _WIDTHS.get(column.title, _USUAL_WIDTH), None if column.is_text else whole)
        sheet.write_string(0, index, column.title, bold)
    for line, row in enumerate(stream(kind.rows_query(), parameters(choice)), start=1):
        _write_row(sheet, line, row)


def _write_row(sheet: Worksheet, line: int, row: Row) -> None:
    for index, value in enumerate(row):
        if isinstance(value, int) and abs(value) < _LARGEST_EXACT:
            sheet.write_number(line, index, value)
        elif value is not None:
            sheet.write_string(line, index, str(value))
