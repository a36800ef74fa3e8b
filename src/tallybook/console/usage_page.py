"""What the page Usage Details shows of a month."""

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from tallybook.console.arranging import Arrangement
from tallybook.console.month_page import MonthPage, read_month_page
from tallybook.console.usage_table import UsageTable
from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import month_before
from tallybook.usage.summary import UsageCount, count_month


@dataclass(frozen=True, kw_only=True)
class UsagePage:
    """A month's counts by customer and product."""

    of: MonthPage
    counts: list[UsageCount]
    arrangement: Arrangement

    @cached_property
    def table(self) -> UsageTable | None:
        return UsageTable(self.counts, self.arrangement) if self.of.has_usage else None

    @property
    def with_changes(self) -> bool:
        return self.of.has_former and self.table is not None and self.table.has_changes


def read_usage_page(subscription: Subscription, query: QueryDict) -> UsagePage:
    """Call inside the subscription's scope.

    Raises:
        Refused: the month in the address is none.
    """
    page = read_month_page(subscription, query)
    return UsagePage(
        of=page,
        counts=count_month(subscription.id, page.month, month_before(page.month)),
        arrangement=Arrangement.of(query),
    )
