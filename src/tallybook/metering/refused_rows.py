"""The refused rows of a file as a file: each row as it stood, and before it its line and why it was refused.

It can be mended in a spreadsheet and imported as it is: of its columns, the two new ones say nothing to Tallybook.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tallybook.metering.reading import raw_records
from tallybook.metering.refusal import Refusal
from tallybook.metering.summary import Summary

LINE, REASON = "Line", "Why It Was Refused"


class RefusedCells(NamedTuple):
    """A refused row with its cells."""

    refusal: Refusal
    cells: list[str]


def refused_cells(path: Path, summary: Summary) -> Iterator[RefusedCells]:
    """The refused rows of the file of which this is the summary, in the file's order. Memory stays flat."""
    refused = iter(summary.refused)
    refusal = next(refused, None)
    if refusal is None:
        return
    for line, cells in raw_records(path, summary.encoding, summary.delimiter):
        while refusal.line == line:
            yield RefusedCells(refusal, cells)
            refusal = next(refused, None)
            if refusal is None:
                return


def write_refused_rows(path: Path, summary: Summary, target: Path, *, shown: int = 0) -> list[RefusedCells]:
    """Write the refused rows of the file at `path`, as UTF-8 with a mark, which spreadsheets need, and with its delimiter.

    Cells stay what they were, also those that a spreadsheet would take for formulas: it is the sender's own file.

    Returns:
        The first rows, so many as are to be shown.
    """
    first: list[RefusedCells] = []
    draft = target.with_name(f"{target.name}.draft")
    with draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=summary.delimiter)
        writer.writerow([LINE, REASON, *summary.header])
        for row in refused_cells(path, summary):
            column, reason = row.refusal.column, row.refusal.reason
            writer.writerow([row.refusal.line, f"{column}: {reason}" if column else reason, *row.cells])
            if len(first) < shown:
                first.append(row)
    draft.replace(target)
    return first
