"""How many objects there were month by month: counted once, and again when the month has changed.

Pages show thirteen months at once, of which counting all of a large ledger takes seconds. What a month comes to is kept with
the revision that was counted; a reader takes it only while that revision stands.
"""

import time
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from tallybook.database.queries import rows, write
from tallybook.database.scope import subscription_scope

_STALE = """
    SELECT r.month FROM revision r
    LEFT JOIN counted_usage k ON k.subscription_id = r.subscription_id AND k.month = r.month AND k.revision = r.number
    WHERE r.subscription_id = %(subscription)s AND r.month BETWEEN %(first)s AND %(last)s AND k.month IS NULL
    ORDER BY r.month DESC
"""
# One statement, and so one snapshot: the revision is that of the items. Of two who count at once the later revision stays.
_COUNT = """
    INSERT INTO counted_usage AS k (subscription_id, month, revision, customer_ids, product_ids, object_counts)
    SELECT r.subscription_id, r.month, r.number, lists.customer_ids, lists.product_ids, lists.object_counts
    FROM revision r, (
        SELECT coalesce(array_agg(customer_id), '{}') AS customer_ids, coalesce(array_agg(product_id), '{}') AS product_ids,
            coalesce(array_agg(object_count), '{}') AS object_counts
        FROM (
            SELECT customer_id, product_id, count(*)::integer AS object_count FROM usage_item
            WHERE subscription_id = %(subscription)s AND month = %(month)s
            GROUP BY customer_id, product_id
        ) counted
    ) lists
    WHERE r.subscription_id = %(subscription)s AND r.month = %(month)s
    ON CONFLICT (subscription_id, month) DO UPDATE SET revision = excluded.revision, customer_ids = excluded.customer_ids,
        product_ids = excluded.product_ids, object_counts = excluded.object_counts
    WHERE k.revision < excluded.revision
"""


def count_objects(subscription_id: UUID, first_month: date, last_month: date, *, until: float) -> None:
    """Count those of these months, both included, that have changed, the newest first. Call outside of a transaction.

    One of them is counted in any case; the others, until the monotonic clock says `until`. What is left comes another time.
    """
    with subscription_scope(subscription_id):
        stale = rows(_STALE, {"subscription": subscription_id, "first": first_month, "last": last_month})
    for (month,) in stale:
        with subscription_scope(subscription_id):
            write(_COUNT, {"subscription": subscription_id, "month": month})
        if time.monotonic() > until:
            break


_KEPT = """
    FROM counted_usage k
    JOIN revision r ON r.subscription_id = k.subscription_id AND r.month = k.month AND r.number = k.revision
    LEFT JOIN LATERAL unnest(k.customer_ids, k.product_ids, k.object_counts) AS one (customer_id, product_id, objects)
        ON %(customers)s::uuid[] IS NULL OR one.customer_id = ANY(%(customers)s::uuid[])
    WHERE k.subscription_id = %(subscription)s AND k.month BETWEEN %(first)s AND %(last)s
"""
_BY_PRODUCT = f"SELECT k.month, one.product_id, coalesce(sum(one.objects), 0) {_KEPT} GROUP BY k.month, one.product_id"
_BY_CUSTOMER = f"""
    SELECT k.month, CASE WHEN one.customer_id = ANY(%(apart)s::uuid[]) THEN one.customer_id END, coalesce(sum(one.objects), 0)
    {_KEPT} GROUP BY 1, 2
"""


def objects_by_product(subscription_id: UUID, first_month: date, last_month: date) -> dict[date, dict[int, int]]:
    """The objects of each product in each of these months that is counted. Call inside the subscription's scope."""
    of_months = {"subscription": subscription_id, "first": first_month, "last": last_month, "customers": None}
    found: dict[date, dict[int, int]] = {}
    for month, product_id, objects in rows(_BY_PRODUCT, of_months):
        found.setdefault(month, {})[product_id] = int(objects)
    return found


def objects_by_customer(
    subscription_id: UUID, months: tuple[date, date], customer_ids: Sequence[UUID] | None, apart: Sequence[UUID]
) -> dict[date, dict[UUID | None, int]]:
    """The objects of these customers (None: of all) in each of the months, both included, that is counted.

    Those `apart` are told by themselves; the others together, as None. Call inside the subscription's scope.
    """
    wanted = {"subscription": subscription_id, "first": months[0], "last": months[1], "apart": list(apart)}
    wanted["customers"] = None if customer_ids is None else list(customer_ids)
    found: dict[date, dict[UUID | None, int]] = {}
    for month, customer_id, objects in rows(_BY_CUSTOMER, wanted):
        found.setdefault(month, {})[customer_id] = int(objects)
    return found
