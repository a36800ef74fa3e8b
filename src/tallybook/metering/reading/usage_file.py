"""One usage file, from its path to its rows."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Self

from tallybook.metering.reading.beginning import read_beginning
from tallybook.metering.reading.cells import compile_row_reader
from tallybook.metering.reading.lines import count_line_breaks
from tallybook.metering.reading.records import BrokenRecord
from tallybook.metering.reading.refusals import CellRefused
from tallybook.metering.reading.rows import RefusedRow
from tallybook.metering.reading.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tallybook.metering.reading.beginning import Beginning
    from tallybook.metering.reading.header import Columns
    from tallybook.metering.reading.options import ReadingOptions
    from tallybook.metering.reading.rows import UsageRow


class UsageFile:
    """A usage file whose header is understood. Iterate over it once; close it, or use it in a `with` statement."""

    def __init__(self, source: Source, beginning: Beginning, options: ReadingOptions) -> None:
        """Made by `open_usage_file`."""
        self.path: Path = source.path
        self.size_bytes: int = source.size_bytes
        self.encoding: str = beginning.encoding
        self.delimiter: str = beginning.delimiter
        self.profile: str = beginning.profile.name
        self.columns: dict[str, str] = beginning.columns.names
        """Field of `UsageRow` to the column's name as the file spells it."""
        self.given_columns: frozenset[str] = frozenset(self.columns)
        """The fields that the file has columns for, whether filled or not."""
        self.unknown_columns: tuple[str, ...] = beginning.columns.unknown
        self._source = source
        self._rows = _read_rows(beginning, options)

    def __iter__(self) -> Iterator[UsageRow | RefusedRow]:
        """The rows in the file's order, in flat memory; a file that turns out to be none raises `UnusableFile`."""
        return self._rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def position_bytes(self) -> int:
        """How much of the file has been read, out of `size_bytes`."""
        return self._source.position_bytes

    @property
    def digest(self) -> str | None:
        """SHA-256 of the file in hex; None until the last row was given out."""
        return self._source.digest

    def close(self) -> None:
        self._source.close()


def open_usage_file(path: Path, options: ReadingOptions) -> UsageFile:
    """Open a usage file and understand its header.

    Raises:
        UnusableFile: no row of the file can be used, or an option does not fit; the message says why.
    """
    source = Source(path)
    try:
        return UsageFile(source, read_beginning(source, options), options)
    except BaseException:
        source.close()
        raise


def _read_rows(beginning: Beginning, options: ReadingOptions) -> Iterator[UsageRow | RefusedRow]:
    columns = beginning.columns
    width = len(columns.header)
    read_row = compile_row_reader(columns, beginning.profile, options)
    for line, cells in chain(beginning.sample, beginning.records):
        if len(cells) != width:
            if refused := _no_row(line, cells, columns):
                yield refused
            continue
        try:
            row = read_row(line, cells)
        except CellRefused as error:
            if any(map(str.strip, cells)):  # a line of empty cells is what spreadsheets leave below a table
                yield RefusedRow.of(line, columns.names.get(error.field, ""), error.value, error.reason)
            continue
        yield row


def _no_row(line: int, cells: list[str], columns: Columns) -> RefusedRow | None:
    """The refusal of a record that does not have the header's number of cells; None for a blank line."""
    if isinstance(cells, BrokenRecord):
        column = "" if cells.cell is None else "".join(columns.header[cells.cell : cells.cell + 1])
        return RefusedRow.of(line, column, cells.value, cells.reason)
    if not any(map(str.strip, cells)):
        return None
    reason = f"The row has {len(cells)} {'cell' if len(cells) == 1 else 'cells'}, the header has {len(columns.header)}"
    last_line = line + sum(map(count_line_breaks, cells))
    if last_line > line:
        reason += f"; the record reaches to line {last_line:,}, so a quotation mark may be missing"
    return RefusedRow.of(line, "", " | ".join(cells), f"{reason}.")
