"""What a customer's own page shows: what is written down about it, its months, its links, and who changed it last."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils import timezone

from tallybook.audit.reading import Wanted, newest_events
from tallybook.billing.history import billed_of_customer
from tallybook.console.arranging import ROWS_A_PAGE
from tallybook.console.audit_page import Line
from tallybook.console.usage_table import ObjectCount, Product
from tallybook.console.wording import Unit, ago, sum_of, unit_of
from tallybook.links.covering import links_of_customer
from tallybook.links.listing import ListedLink
from tallybook.links.periods import Period
from tallybook.subscriptions.access import CHANGES_CUSTOMERS, READS_AUDIT_LOG
from tallybook.subscriptions.customers import customer_aliases, customer_by_id
from tallybook.subscriptions.models import Customer, Membership, Organisation, Subscription
from tallybook.subscriptions.organisations import organisations_of
from tallybook.subscriptions.revisions import last_changed_at
from tallybook.usage.months import month_before
from tallybook.usage.of_customers import MonthCount, count_by_organisation, count_customer_months
from tallybook.usage.summary import months_with_usage

_LINKS_SHOWN = 20
_CHANGES_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class CustomerMonth:
    """A month of the customer, and the one before to compare with."""

    month: date
    counts: list[MonthCount]
    former: list[MonthCount]
    is_counted: bool
    billed: int | None
    """How many users are billed; None where none are counted, or not yet."""

    def cells(self, products: list[Product]) -> list[ObjectCount]:
        now, former = _by_product(self.counts), _by_product(self.former)
        return [ObjectCount(now.get(product.id, 0), former.get(product.id, 0)) for product in products]

    @property
    def objects(self) -> ObjectCount:
        return ObjectCount(*(sum(_by_product(counts).values()) for counts in (self.counts, self.former)))

    @property
    def protected_bytes(self) -> int | None:
        return sum_of(count.protected_bytes for count in self.counts)

    @property
    def stored_bytes(self) -> int | None:
        return sum_of(count.stored_bytes for count in self.counts)


def _by_product(counts: list[MonthCount]) -> dict[int, int]:
    return {count.product_id: count.object_count for count in counts}


class MonthTable:
    """The customer's months, the newest first, and their columns."""

    def __init__(self, months: list[CustomerMonth], page: str) -> None:
        self.pages: Page[CustomerMonth] = Paginator(months, ROWS_A_PAGE).get_page(page)
        counts = [count for month in months for count in month.counts]
        self.products = [Product(*pair) for pair in sorted({(count.product_id, count.product) for count in counts})]
        self.protected_unit: Unit | None = unit_of(month.protected_bytes for month in months)
        self.stored_unit: Unit | None = unit_of(month.stored_bytes for month in months)
        # Not before all of them are counted is it known that there are none.
        self.has_billed = any(month.billed is not None or not month.is_counted for month in months)
        self.has_changes = any(month.former and month.objects.change for month in months)

    @property
    def rows(self) -> list[tuple[CustomerMonth, list[ObjectCount]]]:
        return [(month, month.cells(self.products)) for month in self.pages]


@dataclass(frozen=True)
class CoveringLink:
    """A link that covers the customer."""

    listed: ListedLink

    @property
    def name(self) -> str:
        return self.listed.link.saved.name

    @property
    def names_it(self) -> bool:
        return self.listed.link.saved.customer_ids is not None

    @property
    def period(self) -> str:
        return Period(self.listed.link.saved.period).words

    @property
    def last_call(self) -> str:
        return ago(self.listed.last_call.called_at, timezone.now()) if self.listed.last_call else ""


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """Read in one transaction."""

    membership: Membership
    customer: Customer
    aliases: list[str]
    organisations: list[Organisation]
    objects_by_organisation: dict[UUID | None, int]
    months: MonthTable
    newest: date | None
    changed_at: datetime | None
    links: list[ListedLink]
    changes: list[Line]

    @property
    def subscription(self) -> Subscription:
        return self.membership.subscription

    @property
    def may_change(self) -> bool:
        return self.membership.role in CHANGES_CUSTOMERS

    @property
    def reads_audit_log(self) -> bool:
        return self.membership.role in READS_AUDIT_LOG

    @property
    def changed_ago(self) -> str:
        return ago(self.changed_at, timezone.now()) if self.changed_at else ""

    @property
    def told_organisations(self) -> list[tuple[Organisation, int]]:
        """Each with its objects in the customer's newest month."""
        return [(one, self.objects_by_organisation.get(one.id, 0)) for one in self.organisations]

    @cached_property
    def shown_links(self) -> list[CoveringLink]:
        return [CoveringLink(one) for one in self.links[:_LINKS_SHOWN]]

    @property
    def more_links(self) -> int:
        return len(self.links) - len(self.shown_links)


def read_customer_page(membership: Membership, customer_id: UUID, query: QueryDict) -> CustomerPage:
    """Call inside the subscription's scope.

    Raises:
        NotFound: the subscription has no such customer.
    """
    subscription = membership.subscription
    customer = customer_by_id(subscription, customer_id)
    with_usage = months_with_usage(subscription.id)
    months = _months(subscription, customer, with_usage)
    newest = months[0].month if months else None
    reads = membership.role in READS_AUDIT_LOG
    about = Wanted(subject=str(customer.id))
    return CustomerPage(
        membership=membership,
        customer=customer,
        aliases=customer_aliases(subscription, customer.id).get(customer.id, []),
        organisations=organisations_of(subscription, customer.id),
        objects_by_organisation=count_by_organisation(subscription.id, customer.id, newest) if newest else {},
        months=MonthTable(months, query.get("page", "1")),
        newest=newest,
        changed_at=last_changed_at(subscription.id, months[-1].month, months[0].month) if months else None,
        links=links_of_customer(subscription, customer.id),
        changes=[
            Line(one, subscription) for one in (newest_events(subscription.id, about, most=_CHANGES_SHOWN) if reads else ())
        ],
    )


def _months(subscription: Subscription, customer: Customer, with_usage: list[date]) -> list[CustomerMonth]:
    by_month: dict[date, list[MonthCount]] = {}
    for count in count_customer_months(subscription.id, customer.id, with_usage):
        by_month.setdefault(count.month, []).append(count)
    billed = billed_of_customer(subscription.id, customer.id)
    return [
        CustomerMonth(
            month=month,
            counts=counts,
            former=by_month.get(month_before(month), []),
            is_counted=month in billed,
            billed=billed.get(month),
        )
        for month, counts in by_month.items()
    ]
