"""Months, times, sizes and changes in words and figures."""

import shlex
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tallybook.subscriptions.models import Subscription
from tallybook.usage.summary import COUNTED_AT_MOST

_ROUND = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))
_IN_DAYS_UNTIL = timedelta(days=31)


def month_name(month: date) -> str:
    return f"{month:%B %Y}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest whole unit; beyond a month the date."""
    # The database's clock may be ahead of this server's.
    passed = max(now - moment, timedelta())
    if passed >= _IN_DAYS_UNTIL:
        return f"on {moment.day} {moment:%B %Y}"
    for unit, name in _ROUND:
        if count := passed // unit:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """A time in the subscription's zone, to the minute."""
    there = moment.astimezone(zone)
    return f"{there.day} {there:%b %Y, %H:%M}"


def local_second(moment: datetime, zone: ZoneInfo) -> str:
    """Likewise, to the second."""
    there = moment.astimezone(zone)
    return f"{there.day} {there:%b %Y, %H:%M:%S}"


class Unit(NamedTuple):
    """A unit of size, for a whole column, so that its figures can be compared."""

    name: str
    size_bytes: int


_UNITS = tuple(Unit(name, 1024**power) for power, name in enumerate(("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")))


def unit_for(largest_bytes: int) -> Unit:
    """The largest unit of which there is at least one."""
    return next((unit for unit in reversed(_UNITS) if largest_bytes >= unit.size_bytes), _UNITS[0])


def unit_of(sizes: Iterable[int | None]) -> Unit | None:
    """The unit of a column of sizes; None where no size is known."""
    known = [size for size in sizes if size is not None]
    return unit_for(max(known)) if known else None


def sum_of(sizes: Iterable[int | None]) -> int | None:
    """The sum of those that are known; None where none is."""
    known = [size for size in sizes if size is not None]
    return sum(known) if known else None


def size_in(unit: Unit, size_bytes: int) -> str:
    """The size as a number of that unit, to two places; what is something never reads as nothing."""
    if unit.size_bytes == 1:
        return f"{size_bytes:,}"
    if 0 < size_bytes * 100 < unit.size_bytes:
        return "< 0.01"
    return f"{size_bytes / unit.size_bytes:,.2f}"


def change_text(change: int) -> str:
    """A difference with its sign, empty when there is none. The minus is a real one."""
    return f"{change:+,}".replace("-", "\N{MINUS SIGN}") if change else ""


def size_change_in(unit: Unit, change_bytes: int) -> str:
    """A difference of sizes as a number of that unit with its sign, empty when there is none."""
    if not change_bytes:
        return ""
    sign = "+" if change_bytes > 0 else "\N{MINUS SIGN}"
    figure = size_in(unit, abs(change_bytes))
    # Beside the figure that it belongs to there is no room for "less than".
    return f"{sign}{figure.removeprefix('< ')}"


def import_command(subscription: Subscription) -> str:
    """What the operator types to import a file into the subscription."""
    return f"tallybook import FILE --subscription {shlex.quote(subscription.name)}"


QUANTITIES_SENTENCE = "A row for each month, customer and product of this choice."


def count_sentence(rows: int, csv_bytes: int) -> str:
    """How many rows a report will have, and how large it will be about."""
    if rows == 0:
        return "This choice holds no rows: the file would be its header only."
    if rows == 1:
        return "This choice holds 1 row."
    unit = unit_for(csv_bytes)
    size = f"{max(1, round(csv_bytes / unit.size_bytes)):,} {unit.name}"
    if rows == COUNTED_AT_MOST:
        # Counting ends there.
        return f"This choice holds {rows:,} rows or more: {size} as CSV, at least."
    return f"This choice holds {rows:,} rows, about {size} as CSV."
