"""How often what a report of a month says has changed (DESIGN: A revision).

Raised in the same transaction as the change itself, so that an unchanged revision means an unchanged answer.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from tallybook.database.queries import rows, write
from tallybook.subscriptions.models import Revision

_CHANGE_VERSION = """
    INSERT INTO ledger_version (subscription_id, version) VALUES (%(subscription)s, gen_random_uuid())
    ON CONFLICT (subscription_id) DO UPDATE SET version = excluded.version
"""
_RAISE = """
    INSERT INTO revision (subscription_id, month, number, changed_at)
    SELECT %(subscription)s, month, 1, clock_timestamp() FROM unnest(%(months)s::date[]) AS month
    ON CONFLICT (subscription_id, month) DO UPDATE
    SET number = revision.number + 1, changed_at = greatest(excluded.changed_at, revision.changed_at)
"""
# `2026-08:3`, which sorts and compares as its month does.
MONTH_AND_NUMBER = "to_char(month, 'YYYY-MM') || ':' || number"
_STATE = f"""
    SELECT coalesce(array_agg({MONTH_AND_NUMBER} ORDER BY month), '{{}}'), max(changed_at) FROM revision
    WHERE subscription_id = %(subscription)s AND month BETWEEN %(first)s AND %(last)s
"""


def raise_revisions(subscription_id: UUID, months: Iterable[date]) -> None:
    """Say that reports of these months changed."""
    raised = {"subscription": subscription_id, "months": sorted(months)}
    if raised["months"]:
        # First, so that two transactions lock the rows in one order.
        write(_CHANGE_VERSION, raised)
        write(_RAISE, raised)


def raise_revisions_from(subscription_id: UUID, first_month: date) -> None:
    """Say that reports changed of all months from this one on, of which there are any."""
    months = Revision.objects.filter(subscription_id=subscription_id, month__gte=first_month)
    raise_revisions(subscription_id, months.values_list("month", flat=True))


def raise_all_revisions(subscription_id: UUID) -> None:
    """Say that reports of all months changed, as after a rename."""
    raise_revisions(subscription_id, Revision.objects.filter(subscription_id=subscription_id).values_list("month", flat=True))


class LedgerState(NamedTuple):
    """What a report of some months may say: `revisions` differs exactly when it may say something else."""

    revisions: str
    changed_at: datetime | None
    """When it last changed; None when nothing was ever reported for the months."""


def ledger_state(subscription_id: UUID, first_month: date, last_month: date) -> LedgerState:
    """The state of these months, both included."""
    ((revisions, changed_at),) = rows(_STATE, {"subscription": subscription_id, "first": first_month, "last": last_month})
    return LedgerState(" ".join(revisions), changed_at)


def last_changed_at(subscription_id: UUID, first_month: date, last_month: date) -> datetime | None:
    """When a report of these months, both included, last changed; None when nothing was ever reported for them."""
    return ledger_state(subscription_id, first_month, last_month).changed_at
