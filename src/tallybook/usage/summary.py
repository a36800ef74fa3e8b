"""What the ledger holds of a subscription's months, counted. Call these inside the subscription's scope."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from tallybook.subscriptions.revisions import last_changed_at

# Whoever chooses a report wants to know whether it holds nothing, little or much; counting further only costs time.
COUNTED_AT_MOST = 100_000


class UsageCount(NamedTuple):
    """The usage items of one customer and product in a month, and those of the month before.

    Sizes are None where no item of the month says one.
    """

    customer_id: UUID
    customer_name: str
    customer_name_folded: str
    product_id: int
    product_name: str
    object_count: int
    former_count: int
    protected_bytes: int | None
    stored_bytes: int | None
    former_protected_bytes: int | None
    former_stored_bytes: int | None


# Every change of the ledger raises the month's revision, so that months with usage are among those with a revision. One
# look into the index for each: written with EXISTS, or without an order, the planner reads the whole ledger instead, since it
# does not know that a month lies together.
_MONTHS = """
    SELECT r.month FROM revision r, LATERAL (
        SELECT FROM usage_item i WHERE i.subscription_id = %(subscription)s AND i.month = r.month
        ORDER BY i.customer_id, i.object_key LIMIT 1
    ) found
    WHERE r.subscription_id = %(subscription)s
    ORDER BY r.month
"""


def months_with_usage(subscription_id: UUID) -> list[date]:
    """The months of which there are usage items, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, {"subscription": subscription_id})
        return [month for (month,) in cursor.fetchall()]


_COUNTS = """
    WITH counted AS MATERIALIZED (
        SELECT customer_id, product_id,
            count(*) FILTER (WHERE month = %(month)s) AS object_count,
            count(*) FILTER (WHERE month = %(former_month)s) AS former_count,
            sum(protected_bytes) FILTER (WHERE month = %(month)s) AS protected_bytes,
            sum(stored_bytes) FILTER (WHERE month = %(month)s) AS stored_bytes,
            sum(protected_bytes) FILTER (WHERE month = %(former_month)s) AS former_protected_bytes,
            sum(stored_bytes) FILTER (WHERE month = %(former_month)s) AS former_stored_bytes
        FROM usage_item
        WHERE subscription_id = %(subscription)s AND month IN (%(month)s, %(former_month)s)
        GROUP BY customer_id, product_id
    )
    SELECT c.id, c.name, c.name_folded, p.id, p.name, object_count, former_count, protected_bytes, stored_bytes,
        former_protected_bytes, former_stored_bytes
    FROM counted
    JOIN customer c ON c.subscription_id = %(subscription)s AND c.id = counted.customer_id
    JOIN product p ON p.id = counted.product_id
    ORDER BY c.name_folded COLLATE "C", p.id
"""


def count_month(subscription_id: UUID, month: date, former_month: date) -> list[UsageCount]:
    """What each customer has of each product in the month or had in the former one, by customer name and product."""
    parameters: dict[str, Any] = {"subscription": subscription_id, "month": month, "former_month": former_month}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, parameters)
        return [UsageCount(*row[:-4], *map(_whole, row[-4:])) for row in cursor.fetchall()]


def _whole(sum_bytes: Decimal | None) -> int | None:
    return None if sum_bytes is None else int(sum_bytes)


def month_changed_at(subscription_id: UUID, month: date) -> datetime | None:
    """When what the ledger says of the month last changed; None when nothing was ever reported for it."""
    return last_changed_at(subscription_id, month, month)


# What a row of the itemised report has in CSV besides the item's own texts: names of customer, product and organisation, the
# customer's id, the month, commas and a line break. Of texts with quotation marks it knows nothing: it is said as "about".
_OTHER_BYTES = 125
_TIME_BYTES = 20
_ITEMS = f"""
    SELECT count(*), coalesce(sum(bytes), 0) FROM (
        SELECT {_OTHER_BYTES} + {_TIME_BYTES} * num_nonnulls(first_backup, last_backup) + octet_length(concat(
            object_type, object_name, object_details, object_id, plan, licence, invoice, protected_bytes, stored_bytes
        )) AS bytes
        FROM usage_item
        WHERE subscription_id = %(subscription)s AND month BETWEEN %(first_month)s AND %(last_month)s
            AND (%(customers)s::uuid[] IS NULL OR customer_id = ANY(%(customers)s::uuid[]))
            AND (%(products)s::smallint[] IS NULL OR product_id = ANY(%(products)s::smallint[]))
        LIMIT %(at_most)s
    ) item
"""


class ItemCount(NamedTuple):
    """How many usage items a choice has, and how large they are about as CSV of the itemised report."""

    items: int
    csv_bytes: int


def count_items(
    subscription_id: UUID,
    months: tuple[date, date],
    customer_ids: Sequence[UUID] | None,
    product_ids: Sequence[int] | None,
) -> ItemCount:
    """The usage items of the months, both included, for these customers and products; None means all.

    Counts to `COUNTED_AT_MOST` and no further.
    """
    parameters: dict[str, Any] = {
        "subscription": subscription_id,
        "first_month": months[0],
        "last_month": months[1],
        "customers": None if customer_ids is None else list(customer_ids),
        "products": None if product_ids is None else list(product_ids),
        "at_most": COUNTED_AT_MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, parameters)
        items, csv_bytes = cursor.fetchone()
        return ItemCount(items, int(csv_bytes))
