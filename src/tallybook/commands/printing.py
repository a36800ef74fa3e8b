"""What commands tell in one way: tables, the first of many lines, and refused rows as sentences and by their status."""

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TextIO

from tabulate import MIN_PADDING, SEPARATING_LINE, tabulate
from wcwidth import wcswidth

from tallybook.metering.refusal import Refusal

SOME_ROWS_REFUSED = 1
_MOST_SHOWN = 20
_BETWEEN_COLUMNS = 2
_NARROWEST_CHARACTERS = 10

Cells = Sequence[str]


def print_table(title: str, texts: Cells, numbers: Cells, rows: Sequence[Cells], sums: Sequence[Cells]) -> None:
    """Columns of texts, then of numbers. On a terminal that is too narrow, the texts of the first one take several lines."""
    print(title)
    print(
        tabulate(
            [*rows, SEPARATING_LINE, *sums] if rows else sums,
            (*texts, *numbers),
            "simple",
            disable_numparse=True,
            colalign=["left"] * len(texts) + ["right"] * len(numbers),
            maxcolwidths=[_left_for_first((*texts, *numbers), [*rows, *sums])] if sys.stdout.isatty() else None,
        )
    )


def _left_for_first(header: Cells, lines: Sequence[Cells]) -> int:
    """What the other columns leave of the terminal's width, in characters."""
    # Each column is wider than its name, by what the library has no word for.
    _first, *others = zip([name + " " * MIN_PADDING for name in header], *lines, strict=True)
    taken = sum(_BETWEEN_COLUMNS + max(map(wcswidth, column)) for column in others)
    return max(_NARROWEST_CHARACTERS, shutil.get_terminal_size().columns - taken)


def print_some(
    title: str, lines: Iterable[str], count: int, *, file: TextIO | None = None, more: str = "and more; --json has them all."
) -> None:
    """The first lines under a title, and whether there are more; nothing where there is none."""
    if not count:
        return
    out, rest = file or sys.stdout, iter(lines)
    out.write(f"  {title} ({count:,}):\n")
    for line in islice(rest, _MOST_SHOWN):
        out.write(f"    {line}\n")
    if next(rest, None) is not None:
        out.write(f"    {more}\n")


def refusals_in_words(refused: Iterable[Refusal]) -> Iterator[str]:
    """Refused rows as sentences; those in a row that have the same fault are one."""
    for (column, reason), group in groupby(refused, key=lambda one: (one.column, one.reason)):
        rows = iter(group)
        first = last = next(rows)
        count = 1
        for last in rows:  # noqa: B007 - the last one is wanted
            count += 1
        where = f"line {first.line}" if count == 1 else f"{count:,} rows, lines {first.line} to {last.line}"
        value = f" ({first.value!r})" if first.value and count == 1 else ""
        yield f"{where}, {column}: {reason}{value}" if column else f"{where}: {reason}{value}"
