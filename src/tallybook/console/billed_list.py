"""What the page Billed Users shows of a month: each customer's number, and how it differs from the month before."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.billing.counting import UserQuantity, user_quantities
from tallybook.console.arranging import ROWS_A_PAGE, Arrangement, Head
from tallybook.console.month_page import MonthPage
from tallybook.database.folding import fold_name
from tallybook.subscriptions.models import Subscription

_KEYS: dict[str, Callable[[UserQuantity], int | str]] = {
    "name": lambda line: fold_name(line.customer),
    "billed": lambda line: line.users or 0,
    "change": lambda line: line.change,
    "recipe": lambda line: line.recipe,
    "free": lambda line: line.free,
    "excluded": lambda line: line.excluded,
}


class BilledTable:
    """What of the lines is shown. Totals are of all customers that match the search, on whatever page they are."""

    def __init__(self, lines: list[UserQuantity], arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        wanted = fold_name(arrangement.search)
        matching = sorted((line for line in lines if wanted in fold_name(line.customer)), key=_KEYS["name"])
        key = _KEYS.get(arrangement.column, _KEYS["name"])
        self._lines = sorted(matching, key=key, reverse=arrangement.descending)
        self.has_products = len({line.product for line in lines}) > 1

    @property
    def heads(self) -> list[Head]:
        """Of the columns that sort: the customer, then the numbers."""
        numbers = [("billed", "Billed", "number changing"), ("recipe", "By recipe", "number"), ("free", "Free", "number")]
        if self.has_excluded:
            numbers.append(("excluded", "Excluded", "number"))
        return [Head(column, label, kind, self.arrangement) for column, label, kind in numbers]

    @property
    def name_head(self) -> Head:
        return Head("name", "Customer", "name", self.arrangement)

    @cached_property
    def page(self) -> Page[UserQuantity]:
        return Paginator(self._lines, ROWS_A_PAGE).get_page(self.arrangement.page)

    @property
    def totals(self) -> dict[str, int]:
        sums = {name: sum(getattr(line, name) for line in self._lines) for name in ("change", "recipe", "free", "excluded")}
        return sums | {"now": sum(line.users or 0 for line in self._lines)}

    @property
    def has_excluded(self) -> bool:
        """Whether anybody is left off a bill: whoever is shall not be silently gone."""
        return any(line.excluded for line in self._lines)

    @property
    def customer_count(self) -> int:
        return len({line.customer_id for line in self._lines})

    @property
    def has_changes(self) -> bool:
        """Whether any figure needs room for a change beside it."""
        return any(line.change for line in self._lines)


@dataclass(frozen=True, kw_only=True)
class BilledPage:
    """The page of all customers."""

    of: MonthPage
    table: BilledTable | None

    @property
    def with_changes(self) -> bool:
        return self.of.has_former and self.table is not None and self.table.has_changes


def read_billed_page(subscription: Subscription, page: MonthPage, query: QueryDict) -> BilledPage:
    """Call inside the subscription's scope, when the month and the one before have been counted."""
    if not page.has_usage:
        return BilledPage(of=page, table=None)
    lines = user_quantities(subscription.id, page.month, page.former_month)
    return BilledPage(of=page, table=BilledTable(lines, Arrangement.of(query)))
