"""What the page Namesakes and Renames shows: who is in doubt in a month, and what was decided."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.billing.deciding import decisions_of
from tallybook.billing.excluding import exclusions_of
from tallybook.billing.models import Exclusion, PersonDecision
from tallybook.billing.suspects import Doubt, Suspect
from tallybook.billing.suspects_of_month import doubtful_customers, suspects_of
from tallybook.console.addresses import uuid_in
from tallybook.console.arranging import ROWS_A_PAGE
from tallybook.console.deciding_wording import decision_words, doubt_sentence
from tallybook.console.month_page import MonthPage, read_month_page
from tallybook.subscriptions.customers import customer_by_id, list_customers
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.usage.months import month_text

_MOST_DECISIONS = 100
_MOST_PASSED_OVER = 10


class InDoubt(NamedTuple):
    """Somebody to decide about."""

    customer_id: UUID
    customer: str
    suspect: Suspect

    @property
    def can_choose(self) -> bool:
        """Whether some of them may be one person, and others not."""
        return self.suspect.doubt is Doubt.SAME_NAME and len(self.suspect.identities) > 2  # noqa: PLR2004 - more than a pair

    @property
    def sentence(self) -> str:
        return doubt_sentence(self.suspect)

    @property
    def several(self) -> str:
        """The other answer than that they are one person."""
        return "Several people" if self.suspect.doubt is Doubt.SEVERAL_NAMES else "Different people"


class LeftOff(NamedTuple):
    """Somebody who is not billed."""

    customer: str
    made: Exclusion


class Decided(NamedTuple):
    """A decision that stands."""

    customer: str
    made: PersonDecision

    @property
    def answer(self) -> str:
        return decision_words(self.made)


@dataclass(frozen=True, kw_only=True)
class InDoubtPage:
    """A month of all customers, or of one."""

    of: MonthPage
    customer: Customer | None
    customers: Page[tuple[UUID, str]]
    doubts: list[InDoubt]
    decisions: list[Decided]
    """The newest."""
    exclusions: list[LeftOff]
    """The newest of this month and of later ones."""

    @property
    def address(self) -> str:
        """The parameters of this page."""
        whose = {"customer": str(self.customer.id)} if self.customer else {}
        return urlencode({"month": month_text(self.of.month), "page": self.customers.number} | whose)


def read_in_doubt_page(subscription: Subscription, query: QueryDict) -> InDoubtPage:
    """Call it in a snapshot of the subscription.

    Raises:
        NotFound: the subscription has no such customer.
        Refused: the month in the address is none.
    """
    page = read_month_page(subscription, query)
    customer = _customer(subscription, query.get("customer", ""))
    only = customer.id if customer else None
    found = doubtful_customers(subscription, page.month, only) if page.has_usage else []
    customers = Paginator(found, ROWS_A_PAGE).get_page(query.get("page", "1"))
    doubts = _doubts(subscription, page.month, customers)
    # Of customers who were in doubt and are no more there may be whole pages.
    for _ in range(_MOST_PASSED_OVER):
        if doubts or not customers.has_next():
            break
        customers = customers.paginator.get_page(customers.next_page_number())
        doubts = _doubts(subscription, page.month, customers)
    names = {one.id: one.name for one in list_customers(subscription)}
    made = decisions_of(subscription, only, most=_MOST_DECISIONS)
    decided = [Decided(names[one.customer_id], one) for one in made]
    excluded = exclusions_of(subscription, page.month, only, most=_MOST_DECISIONS)
    left_off = [LeftOff(names[one.customer_id], one) for one in excluded]
    return InDoubtPage(of=page, customer=customer, customers=customers, doubts=doubts, decisions=decided, exclusions=left_off)


def _doubts(subscription: Subscription, month: date, customers: Page[tuple[UUID, str]]) -> list[InDoubt]:
    return [
        InDoubt(one.customer_id, one.customer, suspect)
        for one in suspects_of(subscription, month, list(customers))
        for suspect in one.suspects
    ]


def _customer(subscription: Subscription, text: str) -> Customer | None:
    return customer_by_id(subscription, uuid_in(text)) if text else None
