"""What pages of one month have in common: the month, those beside it, and as of when its data is."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.utils import timezone

from tallybook.console.months import MonthOption, month_options, previous_month
from tallybook.console.wording import ago, import_command
from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import month_before, parse_month
from tallybook.usage.summary import month_changed_at, months_with_usage


@dataclass(frozen=True, kw_only=True)
class MonthPage:
    """A month of a subscription, read in one transaction."""

    subscription: Subscription
    month: date
    is_named: bool
    with_usage: list[date]
    changed_at: datetime | None

    @property
    def has_usage(self) -> bool:
        return self.month in self.with_usage

    @property
    def months(self) -> list[MonthOption]:
        return month_options(self.subscription, self.with_usage, [self.month])

    @property
    def former_month(self) -> date:
        return month_before(self.month)

    @property
    def has_former(self) -> bool:
        """Whether there is anything to compare with; without, everybody would seem to have joined this month."""
        return self.former_month in self.with_usage

    @property
    def newest_with_usage(self) -> date | None:
        return self.with_usage[-1] if self.with_usage else None

    @property
    def changed_ago(self) -> str:
        return ago(self.changed_at, timezone.now()) if self.changed_at else ""

    @property
    def import_command(self) -> str:
        return import_command(self.subscription)

    @property
    def earlier(self) -> date | None:
        return max((month for month in self.with_usage if month < self.month), default=None)

    @property
    def later(self) -> date | None:
        return min((month for month in self.with_usage if month > self.month), default=None)


def read_month_page(subscription: Subscription, query: QueryDict, *, newest: bool = False) -> MonthPage:
    """The month in the address, else the previous one. Call inside the subscription's scope.

    Args:
        subscription: whose month.
        query: the parameters of the address.
        newest: whether to prefer the newest month with usage to the previous one.

    Raises:
        Refused: the month in the address is none.
    """
    named, with_usage = query.get("month", ""), months_with_usage(subscription.id)
    if named:
        month = parse_month(named, "The month")
    else:
        month = with_usage[-1] if newest and with_usage else previous_month(subscription)
    return MonthPage(
        subscription=subscription,
        month=month,
        is_named=bool(named),
        with_usage=with_usage,
        changed_at=month_changed_at(subscription.id, month),
    )
