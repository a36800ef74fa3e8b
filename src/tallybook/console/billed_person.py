"""What the page of one person shows: their objects, why they are counted or free, and their months."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from tallybook.billing.billed_users import Chosen
from tallybook.billing.objects import BilledObject
from tallybook.billing.person_months import PersonMonth, Whom, months_of_person
from tallybook.console.addresses import number_in
from tallybook.console.month_page import MonthPage, read_month_page
from tallybook.errors import NotFound
from tallybook.subscriptions.customers import customer_by_id
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.usage.months import month_text

_MOST_MONTHS = 13
_MOST_PRODUCT = 2**15 - 1


@dataclass(frozen=True, kw_only=True)
class PersonPage:
    """A person in a month, and in those around it."""

    of: MonthPage
    customer: Customer
    whom: Whom
    now: PersonMonth
    months: list[PersonMonth]
    """The newest first."""
    product: str
    """As the address names it."""

    @property
    def name(self) -> str:
        named = next((month for month in (self.now, *self.months) if month.judged), None)
        return named.judged[0].name if named else self.whom.identity

    @property
    def can_be_excluded(self) -> bool:
        """Whether there is somebody whom the rule bills; where objects are counted there is nobody."""
        return bool(self.now.rule and self.now.rule.counts_users and self.now.is_billed)

    @property
    def address(self) -> str:
        """The parameters of this page."""
        whom = {"organisation": self.whom.organisation, "identity": self.whom.identity}
        return urlencode({"month": month_text(self.of.month), "product": self.product} | whom)

    @property
    def objects(self) -> list[BilledObject]:
        return [item for one in self.now.judged for item in one.objects]


def read_person_page(subscription: Subscription, customer_id: UUID, query: QueryDict) -> PersonPage:
    """Call inside the subscription's scope.

    Raises:
        NotFound: the subscription has no such customer, or nobody in its latest months is the one in the address.
        Refused: the month in the address is none.
    """
    customer = customer_by_id(subscription, customer_id)
    page = read_month_page(subscription, query)
    whom = whom_in(query)
    chosen = chosen_product(subscription, customer_id, page.month, query)
    around = sorted({*page.with_usage, page.month})[-_MOST_MONTHS:]
    if page.month not in around:
        around = [page.month, *around[1:]]
    months = months_of_person(subscription, chosen, around, whom)
    if not any(month.judged for month in months):
        raise NotFound("Nobody of this customer is known by that identity in its latest months.")
    (now,) = (month for month in months if month.month == page.month)
    return PersonPage(of=page, customer=customer, whom=whom, now=now, months=months[::-1], product=query.get("product", ""))


def whom_in(query: QueryDict) -> Whom:
    """Whom the address of the page names."""
    return Whom(organisation=query.get("organisation", ""), identity=query.get("identity", ""))


def chosen_product(subscription: Subscription, customer_id: UUID, month: date, query: QueryDict) -> Chosen:
    """The month of the customer and of the product in the address; of no product, where that is none."""
    product = number_in(query.get("product", ""), most=_MOST_PRODUCT)
    products = () if product is None else (product,)
    return Chosen(subscription_id=subscription.id, month=month, product_ids=products, customer_ids=(customer_id,))
