"""The billed users of one customer, month by month, as they were counted last. Call inside the subscription's scope."""

from datetime import date
from uuid import UUID

from tallybook.billing.counting import rules_version
from tallybook.database.queries import rows

_BILLED = """
    SELECT c.month, sum(q.quantity)::integer
    FROM counted_month c
    JOIN revision r ON r.subscription_id = c.subscription_id AND r.month = c.month AND r.number = c.revision
    LEFT JOIN quantity q ON q.subscription_id = c.subscription_id AND q.month = c.month AND q.customer_id = %(customer)s
        AND q.recipe IS NOT NULL
    WHERE c.subscription_id = %(subscription)s AND c.rules_version = %(version)s
    GROUP BY c.month
"""


def billed_by_month(subscription_id: UUID, customer_id: UUID) -> dict[date, int | None]:
    """How many users are billed, for the months that are counted and have not changed since; None where none are counted.

    A page about all months of a customer does not count: each month would be counted for all customers.
    """
    wanted = {"subscription": subscription_id, "customer": customer_id, "version": rules_version()}
    return dict(rows(_BILLED, wanted))
