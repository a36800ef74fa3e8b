"""What the page Customers shows: each customer with its usage in a month, how long it has had some, and its links."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.console.arranging import ROWS_A_PAGE, Arrangement, Head
from tallybook.console.month_page import MonthPage, read_current_month_page
from tallybook.database.folding import fold_name
from tallybook.links.covering import count_covering
from tallybook.subscriptions.customers import customer_aliases, list_customers
from tallybook.subscriptions.finding import answers_to
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.subscriptions.organisations import count_organisations
from tallybook.usage.months import month_before
from tallybook.usage.of_customers import Span, usage_spans
from tallybook.usage.summary import count_month


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLine:
    """A customer of the list."""

    customer: Customer
    aliases: list[str]
    organisations: int
    now: int
    former: int
    span: Span | None
    links: int

    @property
    def change(self) -> int:
        return self.now - self.former

    @property
    def first(self) -> date:
        """Its first month with usage; of one without, none that there is."""
        return self.span.first if self.span else date.max

    @property
    def last(self) -> date:
        return self.span.last if self.span else date.min


_KEYS: dict[str, Callable[[CustomerLine], Any]] = {
    "name": lambda line: line.customer.name_folded,
    "reference": lambda line: fold_name(line.customer.reference),
    "organisations": lambda line: line.organisations,
    "objects": lambda line: line.now,
    "first": lambda line: line.first,
    "last": lambda line: line.last,
    "links": lambda line: line.links,
}
_HEADS = (
    ("name", "Customer", "name"),
    ("reference", "Customer Reference", "name plain"),
    ("organisations", "Organisations", "number wide"),
    ("objects", "Objects", "number changing"),
    ("first", "First month", "wide"),
    ("last", "Last month", "wide"),
    ("links", "Links", "number wide"),
)


class CustomerTable:
    """What of the lines is shown. Totals are of all customers that answer to the search, on whatever page they are."""

    def __init__(self, lines: list[CustomerLine], arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        wanted = fold_name(arrangement.search)
        matching = [line for line in lines if answers_to(line.customer, line.aliases, wanted)]
        key = _KEYS.get(arrangement.column, _KEYS["name"])
        ordered = sorted(matching, key=key, reverse=arrangement.descending)
        # Who has none comes last, whichever way references are sorted.
        is_last = arrangement.column == "reference"
        self._lines = sorted(ordered, key=lambda line: is_last and not line.customer.reference)

    @property
    def heads(self) -> list[Head]:
        return [Head(column, label, kind, self.arrangement) for column, label, kind in _HEADS]

    @cached_property
    def page(self) -> Page[CustomerLine]:
        return Paginator(self._lines, ROWS_A_PAGE).get_page(self.arrangement.page)

    @property
    def totals(self) -> dict[str, int]:
        return {name: sum(getattr(line, name) for line in self._lines) for name in ("organisations", "now", "change")}

    @property
    def has_changes(self) -> bool:
        """Whether any figure needs room for a change beside it."""
        return any(line.change for line in self._lines)


@dataclass(frozen=True, kw_only=True)
class CustomerListPage:
    """Read in one transaction; there is no table before there is a customer."""

    of: MonthPage
    table: CustomerTable | None

    @property
    def with_changes(self) -> bool:
        return self.of.has_former and self.table is not None and self.table.has_changes


def read_customer_list(subscription: Subscription, query: QueryDict) -> CustomerListPage:
    """Call inside the subscription's scope.

    Raises:
        Refused: the month in the address is none.
    """
    month = read_current_month_page(subscription, query)
    lines = _lines(subscription, month.month)
    return CustomerListPage(of=month, table=CustomerTable(lines, Arrangement.of(query)) if lines else None)


def _lines(subscription: Subscription, month: date) -> list[CustomerLine]:
    objects: dict[Any, tuple[int, int]] = {}
    for count in count_month(subscription.id, month, month_before(month)):
        now, former = objects.get(count.customer_id, (0, 0))
        objects[count.customer_id] = (now + count.object_count, former + count.former_count)
    aliases, organisations = customer_aliases(subscription), count_organisations(subscription)
    spans, covering = usage_spans(subscription.id), count_covering(subscription)
    return [
        CustomerLine(
            customer=one,
            aliases=aliases.get(one.id, []),
            organisations=organisations.get(one.id, 0),
            now=objects.get(one.id, (0, 0))[0],
            former=objects.get(one.id, (0, 0))[1],
            span=spans.get(one.id),
            links=covering.count(one.id),
        )
        for one in list_customers(subscription)
    ]
