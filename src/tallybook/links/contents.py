"""What tells one answer of a link from another, and is asked for whenever a program polls whether anything changed."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from tallybook.database.queries import rows
from tallybook.database.scope import subscription_scope
from tallybook.links.choices import months_today
from tallybook.links.register import Gate
from tallybook.reports.every_kind import find_kind
from tallybook.reports.kinds import Kind
from tallybook.subscriptions.revisions import MONTH_AND_NUMBER
from tallybook.usage.months import month_text

# Of links that are polled, in each worker; some hundred bytes each, and some thousand where the ledger has many months.
_MOST_REMEMBERED = 2000
# Revisions of all months: which of them the link means is another matter each day.
_READ = f"""
    SELECT l.period, l.kind, s.time_zone,
        ARRAY(SELECT {MONTH_AND_NUMBER} FROM revision WHERE subscription_id = s.id ORDER BY month)
    FROM subscription s JOIN report_link l ON l.subscription_id = s.id
    WHERE s.id = %(subscription)s AND l.id = %(link)s
"""


@dataclass(frozen=True, slots=True)
class _State:
    """What the content of a link follows from, besides the calendar."""

    period: str
    kind: Kind
    zone: ZoneInfo
    revisions: tuple[str, ...]


def content_now(gate: Gate) -> str:
    """The content of a report that would be made now: without a query, while link and ledger are as they were last time."""
    state = _state(gate.subscription_id, gate.link_id, gate.revision, gate.ledger_version)
    months = months_today(state.period, state.zone)
    first, last = map(month_text, months)
    revisions_of_months = " ".join(one for one in state.revisions if first <= one[: len(first)] <= last)
    return content_of(gate, state.kind, months, revisions_of_months)


def content_of(gate: Gate, kind: Kind, months: tuple[date, date], revisions: str) -> str:
    """The same for the same answer: link and its revision, kind of report, months, and what the ledger says of them."""
    said = (str(gate.link_id), str(gate.revision), kind.name + kind.version(), *map(str, months), revisions)
    return sha256("\n".join(said).encode()).hexdigest()[:32]


# By what changes with the link and with the ledger, so that it needs no forgetting. A time zone never changes.
@lru_cache(_MOST_REMEMBERED)
def _state(subscription_id: UUID, link_id: UUID, _revision: int, _ledger_version: UUID | None) -> _State:
    with subscription_scope(subscription_id):
        ((period, kind, time_zone, revisions),) = rows(_READ, {"subscription": subscription_id, "link": link_id})
    return _State(period, find_kind(kind), ZoneInfo(time_zone), tuple(revisions))
