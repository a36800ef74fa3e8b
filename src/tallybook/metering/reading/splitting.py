"""Plain lines to columns, all lines of a block at once, which is faster than record by record.

What is told here is exactly what reading record by record tells; all else is left to it.
"""

from __future__ import annotations

import csv
from itertools import repeat
from typing import TYPE_CHECKING, Final

from tallybook.metering.reading.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Sequence

    Columns = list[tuple[str, ...]]

_LEAD_MAX_CHARACTERS: Final = 1_000


class LineSplitter:
    """Splits lines that are one record each.

    Most files are sorted, and many lines begin alike: with the same month, customer, product. That is read once for all of
    them.
    """

    def __init__(self, delimiter: str, *, leading: int = 0, width: int = 0) -> None:
        """Of the `width` cells of a line so many `leading` ones recur. Unless some do, the width is not needed."""
        self.delimiter = delimiter
        self._leading = leading
        self._most_splits = width - leading if leading else -1
        self._leads = Remembered(self._lead, most_characters=_LEAD_MAX_CHARACTERS)
        # Of cells that are the same one is kept: what is one object is compared at a glance.
        self._cells = Remembered(str)

    def columns(self, text: str) -> Columns | None:
        """The cells of whole lines, column by column, where each line is a record and all have as many cells, of two or more.

        None for any other text: records over several lines, blank lines, quotation marks that do not fit.
        """
        lines = _lines(text)
        if not lines or len(text) > csv.field_size_limit():
            return None
        columns = self._split(lines, quoted='"' in text) or self._read(lines)
        return columns if columns and len(columns) > 1 else None

    def _split(self, lines: Sequence[str], *, quoted: bool) -> Columns | None:
        """Without `csv`, unless quotation marks stand elsewhere than in cells that recur."""
        try:
            parts = list(zip(*map(str.rsplit, lines, repeat(self.delimiter), repeat(self._most_splits)), strict=True))
            leads = parts.pop(0) if self._leading else ()
            if quoted and any('"' in "".join(part) for part in parts):
                return None
            return [*zip(*map(self._leads.__getitem__, leads), strict=True), *parts]
        except ValueError:
            return None

    def _lead(self, text: str) -> list[str]:
        """Raises ValueError for no such beginning."""
        columns = self._read([text])
        if columns is None or len(columns) != self._leading:
            raise ValueError(text)
        return [self._cells[cell] for (cell,) in columns]

    def _read(self, lines: Sequence[str]) -> Columns | None:
        try:
            records = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
            # If there are as many records as lines, none of them has taken two.
            return list(zip(*records, strict=True)) if len(records) == len(lines) else None
        except (csv.Error, ValueError):
            return None


def _lines(text: str) -> list[str] | None:
    """The lines without their ends; None where some end in another way than the others, or with a lone CR."""
    lines = text.split("\r\n" if "\r" in text else "\n")
    if not lines[-1]:
        lines.pop()
    if "\r" in text:
        joined = "".join(lines)
        if "\r" in joined or "\n" in joined:
            return None
    return lines
