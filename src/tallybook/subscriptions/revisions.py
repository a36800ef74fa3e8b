"""How often what a report of a month says has changed (DESIGN: A revision).

Raised in the same transaction as the change itself, so that an unchanged revision means an unchanged answer.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max

from tallybook.database.queries import write
from tallybook.subscriptions.models import Revision

_RAISE = """
    INSERT INTO revision (subscription_id, month, number, changed_at)
    SELECT %(subscription)s, month, 1, clock_timestamp() FROM unnest(%(months)s::date[]) AS month
    ON CONFLICT (subscription_id, month) DO UPDATE
    SET number = revision.number + 1, changed_at = greatest(excluded.changed_at, revision.changed_at)
"""


def raise_revisions(subscription_id: UUID, months: Iterable[date]) -> None:
    """Say that reports of these months changed."""
    # Sorted, so that two transactions lock the rows in one order.
    write(_RAISE, {"subscription": subscription_id, "months": sorted(months)})


def raise_all_revisions(subscription_id: UUID) -> None:
    """Say that reports of all months changed, as after a rename."""
    raise_revisions(subscription_id, Revision.objects.filter(subscription_id=subscription_id).values_list("month", flat=True))


def last_changed_at(subscription_id: UUID, first_month: date, last_month: date) -> datetime | None:
    """When a report of these months, both included, last changed; None when nothing was ever reported for them."""
    months = Revision.objects.filter(subscription_id=subscription_id, month__range=(first_month, last_month))
    changed_at: datetime | None = months.aggregate(last=Max("changed_at"))["last"]
    return changed_at
