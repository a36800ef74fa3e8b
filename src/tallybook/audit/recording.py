"""Writing the audit log: one event more, chained to the last one."""

import json
import re
import secrets
from uuid import UUID

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.models import HASH_BYTES
from tallybook.audit.sealing import BEFORE_THE_FIRST, Detail, Event, Facts
from tallybook.database.queries import rows, write

# A thing and what was done to it, such as `customer.renamed`.
_ACTION = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('audit ' || %(id)s, 0))"
_LAST = """
    SELECT clock_timestamp(), coalesce(max(number), 0), coalesce(
        (SELECT hash FROM audit_event WHERE subscription_id = %(id)s ORDER BY number DESC LIMIT 1), %(before_the_first)s)
    FROM audit_event WHERE subscription_id = %(id)s
"""
_APPEND = """
    INSERT INTO audit_event (subscription_id, number, occurred_at, actor_kind, actor_id, action, subject_kind, subject_id,
        detail_commitment, hash)
    VALUES (%(subscription_id)s, %(number)s, %(occurred_at)s, %(actor_kind)s, %(actor_id)s, %(action)s, %(subject_kind)s,
        %(subject_id)s, %(detail_commitment)s, %(hash)s)
"""
_APPEND_DETAIL = """
    INSERT INTO audit_detail (subscription_id, number, salt, actor_name, address, subject_name, before, after)
    VALUES (%(subscription_id)s, %(number)s, %(salt)s, %(actor_name)s, %(address)s, %(subject_name)s, %(before)s::jsonb,
        %(after)s::jsonb)
"""


def record(  # noqa: PLR0913 - an event has as many parts
    subscription_id: UUID, actor: Actor, action: str, subject: Subject, *, before: Facts | None, after: Facts | None
) -> None:
    """Append what was done to the subscription's audit log.

    Call it inside the subscription's scope, in the transaction of the change itself and as the last step of it: it is rolled
    back with the change, and until the end of the transaction nobody else appends. Whoever waited for another lock while
    holding this one could wait for somebody who waits for this one.

    Args:
        subscription_id: whose log it is.
        actor: who did it.
        action: a dotted word in the past tense, such as `link.created`.
        subject: what it was done to.
        before: the values that were changed, as they were; None for something new.
        after: the same values as they are now; None for something that is gone.

    The values are texts, whole numbers, truth values, None, and lists and mappings of them. Never give it a secret: no key,
    no password, no hash of one. The log is read by people, exported and kept for ever.
    """
    if not _ACTION.fullmatch(action):
        raise ValueError(f"{action!r} is no dotted word, such as link.created.")
    rows(_LOCK, {"id": str(subscription_id)})
    # A statement of its own, after the lock: only so does it see what whoever held the lock has written.
    ((occurred_at, last, previous),) = rows(_LAST, {"id": subscription_id, "before_the_first": BEFORE_THE_FIRST})
    detail = _detail(actor, subject, before, after)
    event = Event(
        subscription_id=subscription_id,
        number=last + 1,
        occurred_at=occurred_at,
        actor_kind=str(actor.kind),
        actor_id=actor.id,
        action=action,
        subject_kind=subject.kind,
        subject_id=subject.id,
        detail_commitment=detail.commitment(),
    )
    _append(event, bytes(previous), detail)


def _detail(actor: Actor, subject: Subject, before: Facts | None, after: Facts | None) -> Detail:
    return Detail(
        salt=secrets.token_bytes(HASH_BYTES),
        actor_name=actor.name,
        address=actor.address,
        subject_name=subject.name,
        before=before,
        after=after,
    )


def _append(event: Event, previous: bytes, detail: Detail) -> None:
    key = {"subscription_id": event.subscription_id, "number": event.number}
    columns = ("occurred_at", "actor_kind", "actor_id", "action", "subject_kind", "subject_id", "detail_commitment")
    values = {name: getattr(event, name) for name in columns}
    write(_APPEND, key | values | {"hash": event.hash(previous)})
    quoted = {
        name: json.dumps(value) for name, value in (("before", detail.before), ("after", detail.after)) if value is not None
    }
    write(_APPEND_DETAIL, key | {"before": None, "after": None} | detail.facts() | {"salt": detail.salt} | quoted)
