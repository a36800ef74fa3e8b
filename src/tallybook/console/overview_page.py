"""What the page Overview shows: a month beside the one before it, thirteen months of it, and what somebody should look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tallybook.billing.counting import UserQuantity, user_quantities
from tallybook.billing.history import billed_by_month
from tallybook.console.charts import Chart, Spark
from tallybook.console.history import first_of_history, points, uncounted
from tallybook.console.month_page import MonthPage
from tallybook.console.overview_attention import Attention, read_attention
from tallybook.console.overview_changes import Changes, changes
from tallybook.console.overview_products import ProductTable, product_table
from tallybook.subscriptions.models import Subscription
from tallybook.usage.history import objects_by_product
from tallybook.usage.months import this_month
from tallybook.usage.summary import UsageCount, count_month

_NO_OBJECTS = "No month is counted yet."
_NO_USERS = "No users are billed in the months that are counted."


@dataclass(frozen=True, kw_only=True)
class MonthFigures:
    """A month with usage."""

    of: MonthPage
    counts: list[UsageCount]
    users: list[UserQuantity]
    objects: Mapping[date, Mapping[int, int]]
    billed: Mapping[date, int]

    @cached_property
    def table(self) -> ProductTable:
        products: dict[int | None, Spark] = {
            product_id: self._spark({month: found.get(product_id, 0) for month, found in self.objects.items()})
            for product_id in {count.product_id for count in self.counts}
        }
        return product_table(self.counts, self.users, products | {None: self._spark(self._all_objects)})

    @cached_property
    def changes(self) -> Changes | None:
        """None where there is nothing to compare with."""
        return changes(self.counts, self.users) if self.of.has_former else None

    @property
    def charts(self) -> list[Chart]:
        return [
            Chart(name="objects", title="Objects", points=points(self.of, self._all_objects), nothing=_NO_OBJECTS),
            Chart(name="billed", title="Billed users", points=points(self.of, self.billed), nothing=_NO_USERS),
        ]

    @property
    def uncounted(self) -> int:
        """Months of which the charts do not have all."""
        return uncounted(self.of, (self.objects, self.billed))

    @property
    def _all_objects(self) -> dict[date, int]:
        return {month: sum(found.values()) for month, found in self.objects.items()}

    def _spark(self, found: Mapping[date, int]) -> Spark:
        return Spark(points(self.of, found))


@dataclass(frozen=True, kw_only=True)
class OverviewPage:
    """There are no figures of a month without usage."""

    of: MonthPage
    figures: MonthFigures | None
    attention: Attention

    @property
    def current_month(self) -> date:
        return this_month(self.of.subscription.zone)

    @property
    def is_newest_instead(self) -> bool:
        """Whether the page opened on another month than the current one, of which nothing is known yet."""
        return not self.of.is_named and self.of.month != self.current_month


def read_overview_page(subscription: Subscription, of: MonthPage) -> OverviewPage:
    """Call inside the subscription's scope, when the month and the one before have been counted."""
    return OverviewPage(of=of, figures=_figures(of) if of.has_usage else None, attention=read_attention(subscription))


def _figures(of: MonthPage) -> MonthFigures:
    subscription_id, first = of.subscription.id, first_of_history(of.month)
    return MonthFigures(
        of=of,
        counts=count_month(subscription_id, of.month, of.former_month),
        users=user_quantities(subscription_id, of.month, of.former_month),
        objects=objects_by_product(subscription_id, first, of.month),
        billed=billed_by_month(subscription_id, first, of.month),
    )
