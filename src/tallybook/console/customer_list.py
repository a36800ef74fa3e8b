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
from tallybook.console.usage_table import ObjectCount, by_customer
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
    objects: ObjectCount
    span: Span | None
    links: int


# What is not known is None, and comes last, whichever way it is sorted.
_KEYS: dict[str, Callable[[CustomerLine], Any]] = {
    "name": lambda line: line.customer.name_folded,
    "reference": lambda line: fold_name(line.customer.reference) or None,
    "organisations": lambda line: line.organisations,
    "objects": lambda line: line.objects.now,
    "first": lambda line: line.span and line.span.first,
    "last": lambda line: line.span and line.span.last,
    "links": lambda line: line.links,
}
_HEADS = (
    ("name", "Customer", "name"),
    ("reference", "Customer Reference", "wide"),
    ("organisations", "Organisations", "number wide"),
    ("objects", "Objects", "number changing"),
    ("first", "First month", "newest wide"),
    ("last", "Last month", "newest wide"),
    ("links", "Links", "number wide"),
)


class CustomerTable:
    """What of the lines is shown. Totals are of all customers that answer to the search, on whatever page they are."""

    def __init__(self, lines: list[CustomerLine], arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        wanted = fold_name(arrangement.search)
        matching = [line for line in lines if answers_to(line.customer, line.aliases, wanted)]
        key = _KEYS.get(arrangement.column, _KEYS["name"])
        known = [line for line in matching if key(line) is not None]
        self._lines = sorted(known, key=key, reverse=arrangement.descending)
        self._lines += [line for line in matching if key(line) is None]

    @property
    def heads(self) -> list[Head]:
        return [Head(column, label, kind, self.arrangement) for column, label, kind in _HEADS]

    @cached_property
    def page(self) -> Page[CustomerLine]:
        return Paginator(self._lines, ROWS_A_PAGE).get_page(self.arrangement.page)

    @cached_property
    def organisations(self) -> int:
        return sum(line.organisations for line in self._lines)

    @cached_property
    def objects(self) -> ObjectCount:
        lines = [line.objects for line in self._lines]
        return ObjectCount(sum(one.now for one in lines), sum(one.former for one in lines))

    @cached_property
    def has_changes(self) -> bool:
        """Whether any figure needs room for a change beside it."""
        return any(objects.change for objects in (self.objects, *(line.objects for line in self.page)))


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
    objects = {line.customer_id: line.objects for line in by_customer(count_month(subscription.id, month, month_before(month)))}
    aliases, organisations = customer_aliases(subscription), count_organisations(subscription)
    spans, covering = usage_spans(subscription.id), count_covering(subscription)
    return [
        CustomerLine(
            customer=one,
            aliases=aliases.get(one.id, []),
            organisations=organisations.get(one.id, 0),
            objects=objects.get(one.id, ObjectCount(0, 0)),
            span=spans.get(one.id),
            links=covering.count(one.id),
        )
        for one in list_customers(subscription)
    ]
