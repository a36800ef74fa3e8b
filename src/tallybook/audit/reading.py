"""Reading the audit log: events with their details, some of them or all. Call these inside the subscription's scope."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tallybook.audit.sealing import NO_EVENTS, Detail, Event, Facts, Head
from tallybook.database.queries import Row, number, rows, stream

# Each detail is looked up by its key. Left to choose, the planner compares each event with each detail as long as it takes a
# log that grew lately for a short one: 50,000 events took a minute and a half.
_TABLES = """
    audit_event e LEFT JOIN LATERAL (
        SELECT * FROM audit_detail WHERE subscription_id = e.subscription_id AND number = e.number LIMIT 1
    ) d ON true
"""
# Whoever acted: a person by the id, which outlives a change of name, an operator by the name of the account.
_ACTOR = "e.actor_kind || ':' || coalesce(e.actor_id::text, d.actor_name, '')"
_COLUMNS = (
    "e.subscription_id, e.number, e.occurred_at, e.actor_kind, e.actor_id, e.action, e.subject_kind, e.subject_id, "
    "e.detail_commitment, e.hash, d.salt, d.actor_name, d.address, d.subject_name, d.before, d.after"
)
_WHERE = f"""
    e.subscription_id = %(subscription_id)s
    AND (%(action)s = '' OR e.action = %(action)s)
    AND (%(actor)s = '' OR {_ACTOR} = %(actor)s)
    AND (%(since)s::timestamptz IS NULL OR e.occurred_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR e.occurred_at < %(until)s)
    AND (%(subject)s = '' OR e.subject_id = %(subject)s)
"""
_EVENT_COLUMNS = 10


class Logged(NamedTuple):
    """An event as it stands in the log; the detail is None when it was erased."""

    event: Event
    hash: bytes
    detail: Detail | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events are wanted; what is left out stands for all. `since` is included, `until` is not."""

    action: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    subject: str = ""
    """The id of what something was done to."""

    def parameters(self, subscription_id: UUID) -> dict[str, Any]:
        return {
            "subscription_id": subscription_id,
            "action": self.action,
            "actor": self.actor,
            "since": self.since,
            "until": self.until,
            "subject": self.subject,
        }


EVERYTHING = Wanted()


class KnownActor(NamedTuple):
    """Somebody who acted: `key` is what `Wanted.actor` takes; the name is None where it was erased everywhere."""

    key: str
    name: str | None


def count_events(subscription_id: UUID, wanted: Wanted = EVERYTHING) -> int:
    return number(f"SELECT count(*) FROM {_TABLES} WHERE {_WHERE}", wanted.parameters(subscription_id))


def newest_events(subscription_id: UUID, wanted: Wanted, *, most: int, skipped: int = 0) -> list[Logged]:
    """So many events, the newest first."""
    found = rows(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {_WHERE} ORDER BY e.number DESC LIMIT %(most)s OFFSET %(skipped)s",
        wanted.parameters(subscription_id) | {"most": most, "skipped": skipped},
    )
    return [_logged(row) for row in found]


def all_events(subscription_id: UUID, wanted: Wanted = EVERYTHING, *, newest_first: bool = False) -> Iterator[Logged]:
    """All events as they are asked for, of one moment."""
    order = "DESC" if newest_first else "ASC"
    query = f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {_WHERE} ORDER BY e.number {order}"
    for row in stream(query, wanted.parameters(subscription_id)):
        yield _logged(row)


def known_actions(subscription_id: UUID) -> list[str]:
    """Every action that occurs."""
    query = "SELECT DISTINCT action FROM audit_event WHERE subscription_id = %(id)s ORDER BY action"
    return [action for (action,) in rows(query, {"id": subscription_id})]


def known_actors(subscription_id: UUID) -> list[KnownActor]:
    """Everybody who acted, by the name at the last time."""
    query = f"""
        SELECT {_ACTOR}, (array_agg(d.actor_name ORDER BY e.number DESC) FILTER (WHERE d.actor_name IS NOT NULL))[1] AS name
        FROM {_TABLES} WHERE e.subscription_id = %(id)s GROUP BY 1 ORDER BY name, 1
    """
    return [KnownActor(*row) for row in rows(query, {"id": subscription_id})]


def last_head(subscription_id: UUID) -> Head:
    """The head of the log as it is now."""
    query = "SELECT number, hash FROM audit_event WHERE subscription_id = %(id)s ORDER BY number DESC LIMIT 1"
    return next((Head(last, bytes(seal)) for last, seal in rows(query, {"id": subscription_id})), NO_EVENTS)


def _logged(row: Row) -> Logged:
    (subscription_id, number_, occurred_at, actor_kind, actor_id, action, subject_kind, subject_id, commitment, seal) = row[
        :_EVENT_COLUMNS
    ]
    event = Event(
        subscription_id=subscription_id,
        number=number_,
        occurred_at=occurred_at,
        actor_kind=actor_kind,
        actor_id=actor_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        detail_commitment=bytes(commitment),
    )
    return Logged(event, bytes(seal), _detail(row[_EVENT_COLUMNS:]))


def _detail(row: Row) -> Detail | None:
    salt, actor_name, address, subject_name, before, after = row
    if salt is None:
        return None
    return Detail(
        salt=bytes(salt),
        actor_name=actor_name,
        address=address,
        subject_name=subject_name,
        before=_facts(before),
        after=_facts(after),
    )


def _facts(text: str | None) -> Facts | None:
    """Django's connections give JSON as text."""
    facts: Facts | None = None if text is None else json.loads(text)
    return facts
