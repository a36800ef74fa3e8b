"""How often what a report of a month says has changed (DESIGN: A revision).

Raised in the same transaction as the change itself, so that an unchanged revision means an unchanged answer.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import connection

_RAISE = """
    INSERT INTO revision (subscription_id, month, number, changed_at)
    SELECT %s, month, 1, clock_timestamp() FROM unnest(%s::date[]) AS month
    ON CONFLICT (subscription_id, month) DO UPDATE
    SET number = revision.number + 1, changed_at = greatest(excluded.changed_at, revision.changed_at)
"""


def raise_revisions(subscription_id: UUID, months: Iterable[date]) -> None:
    """Say that reports of these months changed."""
    with connection.cursor() as cursor:
        # Sorted, so that two transactions lock the rows in one order.
        cursor.execute(_RAISE, [subscription_id, sorted(months)])


def raise_all_revisions(subscription_id: UUID) -> None:
    """Say that reports of all months changed, as after a rename."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT month FROM revision WHERE subscription_id = %s", [subscription_id])
        months = [month for (month,) in cursor.fetchall()]
    raise_revisions(subscription_id, months)


def last_changed_at(subscription_id: UUID, first_month: date, last_month: date) -> datetime | None:
    """When a report of these months, both included, last changed; None when nothing was ever reported for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(changed_at) FROM revision WHERE subscription_id = %s AND month BETWEEN %s AND %s",
            [subscription_id, first_month, last_month],
        )
        changed_at: datetime | None = cursor.fetchone()[0]
    return changed_at
