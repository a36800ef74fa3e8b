"""Physical lines to CSV records. A broken record costs its own line and never the lines that follow."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from tallybook.metering.reading.lines import lines_of

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from tallybook.metering.reading.lines import Block
    from tallybook.metering.reading.splitting import LineSplitter

RECORD_MAX_LINES = 1_000
RECORD_MAX_CHARACTERS = 1024 * 1024

_FIRST_C1: Final = 0x80
"""From here on control characters are a Windows code page that was read as ISO 8859."""
_NEVER_CLOSED: Final = "A quotation mark is opened here and not closed; close it, or write it twice if it is part of the text."
_REASONS: Final = (
    ("unexpected end of data", _NEVER_CLOSED),
    ("expected after", "There is text after a closing quotation mark; a quotation mark inside a cell is written twice."),
    ("field larger than", "A cell is far longer than any of a usage file; a quotation mark is probably not closed."),
)


class BrokenRecord(list[str]):
    """Stands where the cells of a record would stand, and has none itself."""

    __slots__ = ("cell", "reason", "value")

    reason: str
    value: str
    cell: int | None
    """Index of the cell that is at fault, if it is a single one."""

    @classmethod
    def of(cls, reason: str, value: str, cell: int | None = None) -> Self:
        record = cls()
        record.reason, record.value, record.cell = reason, value, cell
        return record


class Records(NamedTuple):
    """Some consecutive records of a file."""

    lines: Sequence[int]
    """The line on which each begins."""
    cells: Sequence[list[str]]


class Table(NamedTuple):
    """Some consecutive records of a file that have as many cells each, column by column."""

    lines: Sequence[int]
    """As above."""
    columns: Sequence[Sequence[str]]

    @property
    def cells(self) -> Sequence[list[str]]:
        """The same as rows."""
        return list(map(list, zip(*self.columns, strict=True)))


def read_records(blocks: Iterable[Block], splitter: LineSplitter, line: int) -> Iterator[Records | Table]:
    """Give out the records of each block.

    `line` is the number of the first line of the first block. A record that reaches over the end of its block is
    read again with the next one, so `csv` always sees whole records; what is kept back is bounded by the limits above.
    """
    kept = ""
    kept_controls: re.Pattern[str] | None = None
    for block in blocks:
        text = kept + block.text
        controls = block.controls or kept_controls
        if columns := None if controls else splitter.columns(text):
            count = len(columns[0])
            yield Table(range(line, line + count), columns)
            line += count
            kept = ""
            # Else these cells would stay while the next ones are made, and both together are too many for the caches.
            del columns, text
        else:
            lines = lines_of(text)
            reader = _BlockReader(lines, splitter.delimiter, line, controls=controls, is_last=block.is_last)
            if found := list(reader):
                yield Records(*zip(*found, strict=True))
            kept = "".join(lines[reader.done :])
            line += reader.done
        kept_controls = controls if kept else None


class _BlockReader:
    """The records of one block. `done` counts the lines that were given out."""

    def __init__(
        self, lines: list[str], delimiter: str, first_line: int, *, controls: re.Pattern[str] | None, is_last: bool
    ) -> None:
        self.done = 0
        self._lines = lines
        self._delimiter = delimiter
        self._first_line = first_line
        self._controls = controls
        self._is_last = is_last

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        while self.done < len(self._lines):
            try:
                yield from self._read_on()
            except csv.Error as error:
                if self._may_end_in_next_block(error):
                    return
                # Only the first line of the broken record is given up: the next one is read as if nothing had been.
                broken = BrokenRecord.of(_reason(error), self._lines[self.done].rstrip("\r\n"))
                line = self._first_line + self.done
                self.done += 1
                yield line, broken

    def _read_on(self) -> Iterator[tuple[int, list[str]]]:
        """Read from the first line that is not done until the end of the block or the first broken record."""
        begun = done = self.done
        first_line = self._first_line
        controls = self._controls
        # Beginning anywhere costs nothing this way, so a block of many broken records is not read a square of times.
        lines = map(self._lines.__getitem__, range(begun, len(self._lines)))
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        for cells in reader:
            end = begun + reader.line_num
            if end - done > RECORD_MAX_LINES:
                raise csv.Error(_REASONS[0][0])
            self.done = end
            yield first_line + done, _without_controls(cells, controls) if controls else cells
            done = end

    def _may_end_in_next_block(self, error: csv.Error) -> bool:
        if self._is_last or _reason(error) is not _NEVER_CLOSED:
            return False
        rest = self._lines[self.done :]
        return len(rest) <= RECORD_MAX_LINES and sum(map(len, rest)) <= RECORD_MAX_CHARACTERS


def _reason(error: csv.Error) -> str:
    """Say in plain words what Python's `csv` says in its own."""
    text = str(error)
    return next((reason for sign, reason in _REASONS if sign in text), text)


def _without_controls(cells: list[str], controls: re.Pattern[str]) -> list[str]:
    for index, cell in enumerate(cells):
        if found := controls.search(cell):
            code = ord(found[0])
            reason = f"The text holds the control character U+{code:04X}; take it out"
            if code >= _FIRST_C1:
                reason += ", or say --encoding cp1252 if the file comes from Windows"
            return BrokenRecord.of(f"{reason}.", cell, index)
    return cells
