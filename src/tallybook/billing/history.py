"""How many users were billed month by month, of the months that are counted. Call these inside the subscription's scope."""

from datetime import date
from typing import Any
from uuid import UUID

from tallybook.billing.counting import rules_version
from tallybook.database.queries import rows

_BY_MONTH = """
    SELECT c.month, sum(q.quantity)::integer
    FROM counted_month c
    JOIN revision r ON r.subscription_id = c.subscription_id AND r.month = c.month AND r.number = c.revision
    LEFT JOIN quantity q ON q.subscription_id = c.subscription_id AND q.month = c.month AND q.recipe IS NOT NULL
        AND (%(customer)s::uuid IS NULL OR q.customer_id = %(customer)s::uuid)
    WHERE c.subscription_id = %(subscription)s AND c.rules_version = %(version)s
        AND (%(first)s::date IS NULL OR c.month BETWEEN %(first)s::date AND %(last)s::date)
    GROUP BY c.month
"""


def billed_by_month(subscription_id: UUID, first_month: date, last_month: date) -> dict[date, int]:
    """The billed users of each of these months, both included, whose count is that of the ledger as it stands."""
    of_months = _of(subscription_id) | {"first": first_month, "last": last_month}
    return {month: billed or 0 for month, billed in rows(_BY_MONTH, of_months)}


def billed_of_customer(subscription_id: UUID, customer_id: UUID) -> dict[date, int | None]:
    """Those of one customer, of all such months; None where none are counted.

    A page about all months of a customer does not count: each month would be counted for all customers.
    """
    return dict(rows(_BY_MONTH, _of(subscription_id) | {"customer": customer_id}))


def _of(subscription_id: UUID) -> dict[str, Any]:
    return {"subscription": subscription_id, "version": rules_version(), "customer": None, "first": None, "last": None}
