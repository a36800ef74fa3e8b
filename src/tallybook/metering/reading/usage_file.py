"""One usage file, from its path to its rows."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, Self

from tallybook.metering.reading.beginning import read_beginning
from tallybook.metering.reading.cells import compile_reader
from tallybook.metering.reading.header import FIELDS
from tallybook.metering.reading.lines import count_line_breaks
from tallybook.metering.reading.records import BrokenRecord, Table
from tallybook.metering.reading.refusals import CellRefused
from tallybook.metering.reading.rows import RefusedRow
from tallybook.metering.reading.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from tallybook.metering.reading.beginning import Beginning
    from tallybook.metering.reading.header import Columns
    from tallybook.metering.reading.options import ReadingOptions
    from tallybook.metering.reading.rows import Batch, UsageRow


class UsageFile:
    """A usage file whose header is understood. Iterate over it once; close it, or use it in a `with` statement."""

    def __init__(self, source: Source, beginning: Beginning, options: ReadingOptions, wanted: Collection[str]) -> None:
        """Made by `open_usage_file`."""
        self.path: Path = source.path
        self.name: str = source.name
        """What the file is called."""
        self.size_bytes: int = source.size_bytes
        self.encoding: str = beginning.encoding
        self.delimiter: str = beginning.delimiter
        self.profile: str = beginning.profile.name
        self.header: tuple[str, ...] = beginning.columns.header
        """The names of the columns as the file spells them, in its order."""
        self.columns: dict[str, str] = beginning.columns.names
        """Field of `UsageRow` to the column's name as the file spells it."""
        self.given_columns: frozenset[str] = frozenset(self.columns)
        """The fields that the file has columns for, whether filled or not."""
        self.unknown_columns: tuple[str, ...] = beginning.columns.unknown
        self._source = source
        self._batches = _read_batches(beginning, options, wanted)

    def __iter__(self) -> Iterator[UsageRow | RefusedRow]:
        """The rows one by one, as `batches` has them."""
        for some in self.batches():
            if isinstance(some, RefusedRow):
                yield some
            else:
                yield from some.rows()

    def batches(self) -> Iterator[Batch | RefusedRow]:
        """The rows in the file's order, in flat memory; a file that turns out to be none raises `UnusableFile`."""
        return self._batches

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
        """SHA-256 of the file in hex; None until the last row was given out, and where it is not hashed."""
        return self._source.digest

    def close(self) -> None:
        self._source.close()


def open_usage_file(
    path: Path,
    options: ReadingOptions,
    called: str | None = None,
    *,
    wanted: Collection[str] = FIELDS,
    hashed: bool = True,
) -> UsageFile:
    """Open a usage file and understand its header.

    Args:
        path: the file.
        options: what is known about it.
        called: its name in messages, where its path would say nothing to anybody.
        wanted: fields of `UsageRow`; all others are checked, and may be None.
        hashed: whether it has a digest in the end.

    Raises:
        UnusableFile: no row of the file can be used, or an option does not fit; the message says why.
    """
    source = Source(path, called, hashed=hashed)
    try:
        return UsageFile(source, read_beginning(source, options), options, wanted)
    except BaseException:
        source.close()
        raise


def _read_batches(beginning: Beginning, options: ReadingOptions, wanted: Collection[str]) -> Iterator[Batch | RefusedRow]:
    columns = beginning.columns
    width = len(columns.header)
    reading = _BatchReading(columns, compile_reader(columns, beginning.profile, options, wanted))
    for records in beginning.records:
        if isinstance(records, Table) and len(records.columns) == width:
            yield from reading.read(records)
            del records
            continue
        for fits, run in groupby(zip(records.lines, records.cells, strict=True), key=lambda record: len(record[1]) == width):
            if fits:
                lines, cells = zip(*run, strict=True)
                yield from reading.read(Table(lines, tuple(zip(*cells, strict=True))))
            else:
                yield from filter(None, (_no_row(line, cells, columns) for line, cells in run))


class _BatchReading(NamedTuple):
    """Reads records of the header's number of cells."""

    columns: Columns
    read_batch: Callable[[Table], Batch]

    def read(self, table: Table) -> Iterator[Batch | RefusedRow]:
        """All at once; if one of them has to be refused, each half by itself, down to that one."""
        try:
            yield self.read_batch(table)
        except CellRefused as error:
            if (half := len(table.lines) // 2) > 0:
                yield from self.read(Table(table.lines[:half], [column[:half] for column in table.columns]))
                yield from self.read(Table(table.lines[half:], [column[half:] for column in table.columns]))
            elif any(column[0].strip() for column in table.columns):  # empty cells are what spreadsheets leave below a table
                column = self.columns.names.get(error.field, "")
                yield RefusedRow.of(table.lines[0], column, error.value, error.reason)


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
