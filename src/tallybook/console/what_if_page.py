"""What the page What If shows: two rules side by side, and the people who make the difference."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.billing.lots import Lot
from tallybook.billing.rules import RULES, Judged, Rule, find_rule
from tallybook.billing.what_if import Compared, WhatIf, compare
from tallybook.console.addresses import uuid_in
from tallybook.console.arranging import ROWS_A_PAGE
from tallybook.console.months import MonthOption, month_options, months_between, previous_month
from tallybook.errors import Refused
from tallybook.subscriptions.customers import customer_by_id
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.usage.months import month_before, month_text, parse_month
from tallybook.usage.summary import months_with_usage

IN_FORCE = "in-force"
_MOST_MONTHS = 13


class Asked(NamedTuple):
    """What is compared, by the texts of the address; the first and the last month are both included."""

    first_month: date
    last_month: date
    first: str
    second: str
    customer: Customer | None

    @property
    def months(self) -> list[date]:
        return list(months_between(self.first_month, self.last_month))

    @property
    def what_if(self) -> WhatIf:
        first, second = (None if name == IN_FORCE else find_rule(name) for name in (self.first, self.second))
        customer_id = self.customer.id if self.customer else None
        return WhatIf(months=self.months, first=first, second=second, customer_id=customer_id)


class Total(NamedTuple):
    """A month by the two rules."""

    month: date
    first: int
    second: int

    @property
    def difference(self) -> int:
        return self.second - self.first


class Parted(NamedTuple):
    """Somebody who makes a difference; nobody in particular where it comes from the highest day."""

    of: Compared
    lot: Lot | None

    @property
    def names(self) -> str:
        return self.lot.names if self.lot else ""

    @property
    def identities(self) -> list[str]:
        judged = (*self.lot.first, *self.lot.second) if self.lot else ()
        return sorted({item.known_by for one in judged for item in one.objects})

    @property
    def first_reasons(self) -> list[str]:
        return _reasons(self.lot.first) if self.lot else [HIGHEST_DAY]

    @property
    def second_reasons(self) -> list[str]:
        return _reasons(self.lot.second) if self.lot else [HIGHEST_DAY]

    @property
    def difference(self) -> int:
        return self.lot.delta if self.lot else self.of.of_days


HIGHEST_DAY = "The number is that of the highest day."


def _reasons(judged: list[Judged]) -> list[str]:
    return sorted({one.reason for one in judged})


def parted(compared: Compared) -> Iterator[Parted]:
    """All who make a difference, and what the highest day does. Together they are the difference of the numbers."""
    yield from (Parted(compared, lot) for lot in compared.lots)
    if compared.of_days:
        yield Parted(compared, None)


@dataclass(frozen=True, kw_only=True)
class WhatIfPage:
    """Some months of all customers, or of one."""

    subscription: Subscription
    with_usage: list[date]
    asked: Asked
    totals: list[Total]
    everybody: list[Parted]
    page_number: str

    @property
    def months(self) -> list[MonthOption]:
        return month_options(self.subscription, self.with_usage, [self.asked.first_month, self.asked.last_month])

    @property
    def month_values(self) -> set[str]:
        return {option.value for option in self.months}

    @property
    def rules(self) -> dict[str, str]:
        """Those to choose from, with their titles."""
        return {IN_FORCE: "The rule in force"} | {rule.name: rule.title for rule in _counting_users()}

    @property
    def titles(self) -> tuple[str, str]:
        return self.rules[self.asked.first], self.rules[self.asked.second]

    @property
    def sum(self) -> Total:
        return Total(self.asked.last_month, sum(one.first for one in self.totals), sum(one.second for one in self.totals))

    @cached_property
    def page(self) -> Page[Parted]:
        return Paginator(self.everybody, ROWS_A_PAGE).get_page(self.page_number)


def _counting_users() -> list[Rule]:
    return [rule for rule in RULES.values() if rule.counts_users]


def read_what_if_page(subscription: Subscription, query: QueryDict) -> WhatIfPage:
    """Call it in a snapshot of the subscription.

    Raises:
        NotFound: the subscription has no such customer.
        NotNow: it takes longer than a report may.
        Refused: a month or a rule in the address is none, or there are too many months.
    """
    asked = read_asked(subscription, query)
    totals = {month: Total(month, 0, 0) for month in asked.months}
    everybody: list[Parted] = []
    for one in compare(subscription, asked.what_if):
        _, first, second = totals[one.month]
        totals[one.month] = Total(one.month, first + one.first_quantity, second + one.second_quantity)
        everybody += parted(one)
    return WhatIfPage(
        subscription=subscription,
        with_usage=months_with_usage(subscription.id),
        asked=asked,
        totals=list(totals.values()),
        everybody=everybody,
        page_number=query.get("page", "1"),
    )


def read_asked(subscription: Subscription, query: QueryDict) -> Asked:
    """What the address asks for: of what it leaves open, the previous month, the rule in force, and the recipe."""
    usual = previous_month(subscription)
    first_month, last_month = (
        parse_month(text, label) if (text := query.get(name, "")) else usual
        for name, label in (("from", "The first month"), ("to", "The last month"))
    )
    first, second = query.get("first", IN_FORCE), query.get("second", "recipe")
    known = {IN_FORCE, *(rule.name for rule in _counting_users())}
    if not {first, second} <= known:
        raise Refused(f"A rule is one of {', '.join(sorted(known))}.")
    if last_month < first_month:
        raise Refused("The last month is before the first one.")
    if first_month < month_before(last_month, _MOST_MONTHS - 1):
        raise Refused(f"At most {_MOST_MONTHS} months can be compared at a time.")
    text = query.get("customer", "")
    customer = customer_by_id(subscription, uuid_in(text)) if text else None
    return Asked(first_month, last_month, first, second, customer)


CSV_COLUMNS = (
    "Month",
    "Customer Name",
    "Customer ID",
    "Product",
    "Names",
    "Known By",
    "First Rule",
    "First Reason",
    "Second Rule",
    "Second Reason",
    "Difference",
)


def csv_rows(subscription: Subscription, asked: Asked) -> Iterator[tuple[object, ...]]:
    """Everybody who makes a difference, by month and customer. Memory is that of one customer."""
    for compared in compare(subscription, asked.what_if):
        for one in parted(compared):
            yield (
                month_text(compared.month),
                compared.customer,
                str(compared.customer_id),
                compared.product,
                one.names,
                ", ".join(one.identities),
                compared.first.title,
                " ".join(one.first_reasons),
                compared.second.title,
                " ".join(one.second_reasons),
                one.difference,
            )
