"""What the page of one customer's billed users shows: the number, why it changed, and who is counted and why."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.billing.against_former import BillBesideFormer, beside_former
from tallybook.billing.billed_users import Chosen
from tallybook.billing.differences import Tangle, tangles
from tallybook.billing.people import people_of_names
from tallybook.billing.rules import Judged
from tallybook.console.arranging import ROWS_A_PAGE, Arrangement
from tallybook.console.month_page import MonthPage, read_month_page
from tallybook.database.folding import fold_name
from tallybook.subscriptions.customers import customer_by_id
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.usage.months import month_text

SHOWN = {"": "Everybody", "counted": "Billed", "free": "Free"}


class Person(NamedTuple):
    """Somebody as the table shows them."""

    judged: Judged
    organisation: str
    address: str
    """The parameters of their page."""


@dataclass(frozen=True, kw_only=True)
class ProductBill:
    """One product of the customer, and the people of it that are shown."""

    bill: BillBesideFormer
    month: str
    arrangement: Arrangement
    shown: str

    @property
    def change(self) -> int:
        return self.bill.quantity - self.bill.former_quantity

    @property
    def _judged(self) -> tuple[Judged, ...]:
        return self.bill.now.judged if self.bill.now else ()

    @cached_property
    def _matching(self) -> list[Judged]:
        wanted = fold_name(self.arrangement.search)
        return [
            one
            for one in self._judged
            if (not self.shown or one.verdict.counted == (self.shown == "counted"))
            and (wanted in fold_name(one.name) or wanted in one.identity)
        ]

    @cached_property
    def page(self) -> Page[Judged]:
        return Paginator(self._matching, ROWS_A_PAGE).get_page(self.arrangement.page)

    @property
    def people(self) -> list[Person]:
        return [self._person(one) for one in self.page]

    @property
    def has_organisations(self) -> bool:
        """Whether there are several, of which each has its own people."""
        return len({item.organisation for one in self._judged for item in one.objects}) > 1

    @cached_property
    def differences(self) -> list[Tangle]:
        """Names and people that the recipe and a count of people see differently."""
        if self.bill.now is None:
            return []
        users = [item for one in self._judged for item in one.objects if item.is_user]
        return list(tangles(people_of_names(users, self.bill.now.decisions)))

    def _person(self, one: Judged) -> Person:
        organisation = one.objects[0].organisation
        whom = {"product": self.bill.either.product_id, "organisation": organisation, "identity": one.identity}
        return Person(one, organisation, urlencode({"month": self.month} | whom))


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """A customer's month."""

    of: MonthPage
    customer: Customer
    bills: list[ProductBill]
    shown: str
    arrangement: Arrangement

    @property
    def choices(self) -> dict[str, str]:
        return SHOWN


def read_customer_page(subscription: Subscription, customer_id: UUID, query: QueryDict) -> CustomerPage:
    """Call inside the subscription's scope.

    Raises:
        NotFound: the subscription has no such customer.
        Refused: the month in the address is none.
    """
    customer = customer_by_id(subscription, customer_id)
    page = read_month_page(subscription, query)
    shown = query.get("show", "") if query.get("show", "") in SHOWN else ""
    arrangement = Arrangement.of(query)
    chosen = Chosen(subscription_id=subscription.id, month=page.month, customer_ids=(customer_id,))
    bills = [
        ProductBill(bill=bill, month=month_text(page.month), arrangement=arrangement, shown=shown)
        # Of a month of which nothing was imported nothing is known: nobody has left in it.
        for bill in (beside_former(subscription, chosen) if page.has_usage else ())
    ]
    return CustomerPage(of=page, customer=customer, bills=bills, shown=shown, arrangement=arrangement)
