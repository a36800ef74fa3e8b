"""What a report is about: whose usage, of which months, customers and products."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from tallybook.errors import Refused
from tallybook.subscriptions.customers import find_customers
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.products import find_product
from tallybook.usage.months import month_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A range of months, both included, of all or chosen customers and products. None stands for all."""

    subscription: Subscription
    first_month: date
    last_month: date
    customer_ids: tuple[UUID, ...] | None = None
    product_ids: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.first_month > self.last_month:
            first, last = month_text(self.first_month), month_text(self.last_month)
            raise Refused(f"The range begins with {first}, after its end {last}. Exchange the two.")

    @property
    def period(self) -> str:
        """The months as part of a file name."""
        first, last = month_text(self.first_month), month_text(self.last_month)
        return first if first == last else f"{first}-to-{last}"

    def of_customer(self, customer_id: UUID) -> "Choice":
        return replace(self, customer_ids=(customer_id,))


def choose(
    subscription: Subscription,
    months: tuple[date, date],
    *,
    customers: Iterable[str] = (),
    products: Iterable[str] = (),
) -> Choice:
    """A choice by names or aliases; no name means all. Call inside the subscription's scope.

    Raises:
        NotFound: a name is unknown; the message has the near matches.
        Refused: the first month is after the last.
    """
    customer_ids, product_ids = choose_ids(subscription, customers, products)
    return Choice(
        subscription=subscription,
        first_month=months[0],
        last_month=months[1],
        customer_ids=customer_ids,
        product_ids=product_ids,
    )


def choose_ids(
    subscription: Subscription, customers: Iterable[str], products: Iterable[str]
) -> tuple[tuple[UUID, ...] | None, tuple[int, ...] | None]:
    """Customers and products by names or aliases; None where there is no name, which means all.

    Raises:
        NotFound: a name is unknown.
    """
    customer_ids = tuple(customer.id for customer in find_customers(subscription, customers))
    product_ids = tuple(dict.fromkeys(find_product(name).id for name in products))
    return customer_ids or None, product_ids or None
