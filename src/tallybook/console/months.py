"""The months that a page offers."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import month_before, month_text, this_month


class MonthOption(NamedTuple):
    """A month in a list to choose from."""

    month: date
    has_usage: bool

    @property
    def value(self) -> str:
        return month_text(self.month)


def previous_month(subscription: Subscription) -> date:
    """The month before the one that it is now where the subscription is: the newest that is over."""
    return month_before(this_month(subscription.zone))


def month_options(subscription: Subscription, with_usage: Iterable[date], chosen: Iterable[date]) -> list[MonthOption]:
    """Every month from the first one with usage to the current one, and those that are chosen; the newest first."""
    known = set(with_usage)
    current = this_month(subscription.zone)
    first = min({month_before(current), *known})
    offered = {*months_between(first, max({current, *known})), *chosen}
    return [MonthOption(month, month in known) for month in sorted(offered, reverse=True)]


def months_between(first: date, last: date) -> Iterator[date]:
    """Each of them, both included."""
    month = first
    while month <= last:
        yield month
        month = month_before(month, -1)
