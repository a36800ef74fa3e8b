"""The thirteen months that pages look back on, and how much is counted of them before a page is shown.

What a page is about is counted in any case, by the page. Of the months before, as much is counted as two seconds allow, the
newest first; what is left comes with the next page, and until then the page says what is missing.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from tallybook.billing.counting import count_newest_months
from tallybook.console.charts import Point
from tallybook.console.month_page import MonthPage
from tallybook.usage.history import count_objects
from tallybook.usage.months import month_before

HISTORY_MONTHS = 13
_SECONDS = 2.0


def first_of_history(month: date) -> date:
    return month_before(month, HISTORY_MONTHS - 1)


def history_months(month: date) -> list[date]:
    """The months that end with this one, the oldest first."""
    return [month_before(month, count) for count in reversed(range(HISTORY_MONTHS))]


def count_history_of_objects(of: MonthPage) -> None:
    """Call outside of a transaction."""
    count_objects(of.subscription.id, first_of_history(of.month), of.month, until=time.monotonic() + _SECONDS)


def count_history(of: MonthPage) -> None:
    """The objects, and the billed users of the months before the two that the page compares. Call likewise."""
    count_history_of_objects(of)
    count_newest_months(
        of.subscription, first_of_history(of.month), month_before(of.former_month), until=time.monotonic() + _SECONDS
    )


def points(of: MonthPage, found: Mapping[date, int]) -> list[Point]:
    """The months that end with the page's, with what is known of each."""
    return [_point(of, month, found.get(month)) for month in history_months(of.month)]


def _point(of: MonthPage, month: date, value: int | None) -> Point:
    if month not in of.with_usage:
        # Of a month of which nothing was imported nothing is known: not that there was nothing.
        return Point(month, None, "No usage")
    return Point(month, value) if value is not None else Point(month, None, "Not counted yet")


def uncounted(of: MonthPage, counted: Iterable[Collection[date]]) -> int:
    """Of how many months with usage one of the histories is not counted yet."""
    histories = list(counted)
    wanted = set(history_months(of.month)).intersection(of.with_usage)
    return sum(any(month not in history for history in histories) for month in wanted)
