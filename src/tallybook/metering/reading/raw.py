"""A file's records as they stand, whether or not they can be used: to show a refused row, and to hand it back."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from tallybook.metering.reading.encoding import find_encoding
from tallybook.metering.reading.lines import LineBlocks
from tallybook.metering.reading.records import BrokenRecord, read_records
from tallybook.metering.reading.source import Source
from tallybook.metering.reading.splitting import LineSplitter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def raw_records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every record with the line on which it begins. Of a broken one the cells are those of its first line, as far as told.

    Args:
        path: a file that was read before.
        encoding: as it was found then.
        delimiter: likewise.
    """
    with Source(path) as source:
        # Control characters are a reason to refuse a row, and none to break it.
        blocks = (block._replace(controls=None) for block in LineBlocks(source, find_encoding(source, encoding)))
        for records in read_records(blocks, LineSplitter(delimiter), 1):
            for line, cells in zip(records.lines, records.cells, strict=True):
                yield line, _split(cells.value, delimiter) if isinstance(cells, BrokenRecord) else cells


def _split(line: str, delimiter: str) -> list[str]:
    """The cells of a line with quotation marks that do not fit; the line itself, where a cell is too large."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=False), [])
    except csv.Error:
        return [line]
