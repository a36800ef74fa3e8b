"""How many users were billed month by month, of the months that are counted. Call it inside the subscription's scope."""

from datetime import date
from uuid import UUID

from tallybook.billing.counting import rules_version
from tallybook.database.queries import rows

_OF_MONTHS = """
    SELECT c.month, coalesce(sum(q.quantity) FILTER (WHERE q.recipe IS NOT NULL), 0)
    FROM counted_month c
    JOIN revision r ON r.subscription_id = c.subscription_id AND r.month = c.month AND r.number = c.revision
    LEFT JOIN quantity q ON q.subscription_id = c.subscription_id AND q.month = c.month
    WHERE c.subscription_id = %(subscription)s AND c.month BETWEEN %(first)s AND %(last)s AND c.rules_version = %(version)s
    GROUP BY c.month
"""


def billed_by_month(subscription_id: UUID, first_month: date, last_month: date) -> dict[date, int]:
    """The billed users of each of these months, both included, whose count is that of the ledger as it stands."""
    of_months = {"subscription": subscription_id, "first": first_month, "last": last_month, "version": rules_version()}
    return {month: int(billed) for month, billed in rows(_OF_MONTHS, of_months)}
