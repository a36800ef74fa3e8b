"""What commands tell in one way: tables, the first of many lines, and refused rows as sentences and by their status."""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import TextIO

from rich.console import Console
from rich.table import Table

from tallybook.metering.refusal import Refusal

SOME_ROWS_REFUSED = 1
_MOST_SHOWN = 20
# Of a pipe or a file; long names are not cut off then.
_PIPED_WIDTH = 200


def print_table(table: Table) -> None:
    """A table, as wide as the terminal."""
    Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH, highlight=False).print(table)


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
