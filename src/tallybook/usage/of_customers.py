"""What the ledger holds of customers, month by month. Call these inside the subscription's scope."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from tallybook.database.queries import rows

# Months with a revision are all that can have usage. From the first one up and from the last one down, one look into the
# index for each month until the customer is met: most customers are met at once. To read every item instead takes seconds.
_EDGE = """(
    SELECT r.month FROM revision r, LATERAL (
        SELECT FROM usage_item i
        WHERE i.subscription_id = c.subscription_id AND i.month = r.month AND i.customer_id = c.id LIMIT 1
    ) found
    WHERE r.subscription_id = c.subscription_id ORDER BY r.month {order} LIMIT 1
)"""
_SPANS = f"""
    SELECT id, first, last FROM (
        SELECT c.id, {_EDGE.format(order="ASC")} AS first, {_EDGE.format(order="DESC")} AS last
        FROM customer c WHERE c.subscription_id = %(subscription)s
    ) span WHERE first IS NOT NULL
"""


class Span(NamedTuple):
    """The first and the last month with usage."""

    first: date
    last: date


def usage_spans(subscription_id: UUID) -> dict[UUID, Span]:
    """Of each customer that has usage."""
    return {customer_id: Span(first, last) for customer_id, first, last in rows(_SPANS, {"subscription": subscription_id})}


class MonthCount(NamedTuple):
    """A customer's objects of one product in a month. The sizes are None where no item says one."""

    month: date
    product_id: int
    product: str
    object_count: int
    protected_bytes: int | None
    stored_bytes: int | None


# The months are named, so that each is a look into the index and not a walk through all of the subscription's items.
_MONTHS = """
    SELECT i.month, p.id, p.name, count(*), sum(i.protected_bytes)::bigint, sum(i.stored_bytes)::bigint
    FROM usage_item i JOIN product p ON p.id = i.product_id
    WHERE i.subscription_id = %(subscription)s AND i.customer_id = %(customer)s AND i.month = ANY(%(months)s::date[])
    GROUP BY i.month, p.id
    ORDER BY i.month DESC, p.id
"""


def count_customer_months(subscription_id: UUID, customer_id: UUID, months: Sequence[date]) -> list[MonthCount]:
    """What a customer has of each product in these months, the newest month first."""
    wanted = {"subscription": subscription_id, "customer": customer_id, "months": list(months)}
    return [MonthCount(*row) for row in rows(_MONTHS, wanted)]


_ORGANISATIONS = """
    SELECT organisation_id, count(*) FROM usage_item
    WHERE subscription_id = %(subscription)s AND customer_id = %(customer)s AND month = %(month)s
    GROUP BY organisation_id
"""


def count_by_organisation(subscription_id: UUID, customer_id: UUID, month: date) -> dict[UUID | None, int]:
    """How many objects of a customer's month each organisation has; under None those that belong to none."""
    return dict(rows(_ORGANISATIONS, {"subscription": subscription_id, "customer": customer_id, "month": month}))
