"""What the lists of objects show: those of a month that are wanted, of one customer or of all, sorted, one page of them."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.console.addresses import number_in, uuid_in
from tallybook.console.arranging import ROWS_A_PAGE, Arrangement, Head
from tallybook.console.month_page import MonthPage, read_current_month_page
from tallybook.console.wording import Unit, unit_of
from tallybook.errors import Refused
from tallybook.subscriptions.customers import customer_by_id
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.usage.objects import (
    PAGED_AT_MOST,
    Kinds,
    ListedObject,
    Totals,
    Wanted,
    can_occur,
    kinds_of_month,
    list_objects,
    total_objects,
)

_MOST_PRODUCTS = 2**15 - 1
LONGEST_SEARCH = 200
_NOTHING = Totals(0, None, None)


@dataclass(frozen=True, kw_only=True)
class ObjectsPage:
    """Read in one transaction."""

    of: MonthPage
    customer: Customer | None
    wanted: Wanted
    kinds: Kinds
    arrangement: Arrangement
    totals: Totals
    pages: Page[int]
    objects: list[ListedObject]

    @property
    def is_narrowed(self) -> bool:
        wanted = self.wanted
        return bool(wanted.text.strip() or wanted.object_type or wanted.product_id is not None or wanted.organisation_id)

    @property
    def has_organisations(self) -> bool:
        """Whether the customer has several, of which each has its own objects; of all customers everybody has some."""
        return len(self.kinds.organisations) > 1

    @property
    def heads(self) -> list[Head]:
        whose = [] if self.customer else [("customer", "Customer", "")]
        columns = [
            ("name", "Object", "name"),
            *whose,
            ("type", "Type", ""),
            ("last", "Last backup", "newest wide"),
            ("protected", "Protected", "number size"),
            ("stored", "Stored", "number size"),
        ]
        return [Head(column, label, kind, self.arrangement, self._units.get(column)) for column, label, kind in columns]

    @property
    def _units(self) -> dict[str, Unit | None]:
        return {"protected": self.protected_unit, "stored": self.stored_unit}

    @cached_property
    def protected_unit(self) -> Unit | None:
        return unit_of(one.protected_bytes for one in self.objects)

    @cached_property
    def stored_unit(self) -> Unit | None:
        return unit_of(one.stored_bytes for one in self.objects)

    @property
    def paged_at_most(self) -> int | None:
        """How many can be paged through, where there are more."""
        return PAGED_AT_MOST if self.totals.objects > PAGED_AT_MOST else None


def read_objects_page(subscription: Subscription, customer_id: UUID | None, query: QueryDict) -> ObjectsPage:
    """Call inside the subscription's scope.

    Raises:
        NotFound: the subscription has no such customer.
        Refused: the month in the address is none, or what is searched for is too long.
    """
    customer = None if customer_id is None else customer_by_id(subscription, customer_id)
    month = read_current_month_page(subscription, query)
    arrangement = Arrangement.of(query)
    wanted = _wanted(month, customer_id, query)
    is_possible = can_occur(wanted.text) and can_occur(wanted.object_type)
    totals = total_objects(subscription.id, wanted) if is_possible else _NOTHING
    pages = Paginator(range(min(totals.objects, PAGED_AT_MOST)), ROWS_A_PAGE).get_page(arrangement.page)
    skipped = max(pages.start_index() - 1, 0)
    return ObjectsPage(
        of=month,
        customer=customer,
        wanted=wanted,
        kinds=kinds_of_month(subscription.id, month.month, customer_id),
        arrangement=arrangement,
        totals=totals,
        pages=pages,
        objects=list_objects(subscription.id, wanted, arrangement.sort, most=ROWS_A_PAGE, skipped=skipped)
        if totals.objects
        else [],
    )


def checked_search(text: str) -> str:
    """What somebody looks for.

    Raises:
        Refused: it is longer than anybody types.
    """
    if len(text) > LONGEST_SEARCH:
        raise Refused(f"What you look for has {len(text):,} characters. Use {LONGEST_SEARCH} or fewer.")
    return text


def _wanted(month: MonthPage, customer_id: UUID | None, query: QueryDict) -> Wanted:
    organisation, product = query.get("organisation", ""), query.get("product", "")
    return Wanted(
        month=month.month,
        customer_id=customer_id,
        organisation_id=uuid_in(organisation) if organisation else None,
        # A product that there cannot be has no objects.
        product_id=number_in(product, most=_MOST_PRODUCTS) or 0 if product else None,
        object_type=query.get("type", ""),
        text=checked_search(query.get("search", "")),
    )
