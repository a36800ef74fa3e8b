"""What the page Usage Details shows of a month."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.http import QueryDict
from django.utils import timezone

from tallybook.console.months import MonthOption, month_options, previous_month
from tallybook.console.usage_table import Arrangement, UsageTable
from tallybook.console.wording import ago, import_command
from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import month_before, parse_month
from tallybook.usage.summary import UsageCount, count_month, month_changed_at, months_with_usage


@dataclass(frozen=True, kw_only=True)
class UsagePage:
    """A month of a subscription, read in one transaction."""

    subscription: Subscription
    month: date
    is_named: bool
    with_usage: list[date]
    changed_at: datetime | None
    counts: list[UsageCount]
    arrangement: Arrangement

    @cached_property
    def table(self) -> UsageTable | None:
        return UsageTable(self.counts, self.arrangement) if self.month in self.with_usage else None

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
    def with_changes(self) -> bool:
        return self.has_former and self.table is not None and self.table.has_changes

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


def read_usage_page(subscription: Subscription, query: QueryDict) -> UsagePage:
    """Call inside the subscription's scope.

    Raises:
        Refused: the month in the address is none.
    """
    named = query.get("month", "")
    month = parse_month(named, "The month") if named else previous_month(subscription)
    return UsagePage(
        subscription=subscription,
        month=month,
        is_named=bool(named),
        with_usage=months_with_usage(subscription.id),
        changed_at=month_changed_at(subscription.id, month),
        counts=count_month(subscription.id, month, month_before(month)),
        arrangement=Arrangement(query.get("search", ""), query.get("sort", "name"), query.get("page", "1")),
    )
