"""Events that are made up, and what somebody who has the owner's rights could do to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from tests.bookkeeping import OPERATOR
from tests.conftest import TestDatabase

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.chain import Verdict, verify
from tallybook.audit.reading import Logged, all_events, last_head
from tallybook.audit.recording import record
from tallybook.audit.sealing import Event, Head
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription

ANCHOR = Subject("customer", "c-1", "Anchor Ltd")


def note(subscription: Subscription, name: str = "Anker GmbH", actor: Actor = OPERATOR) -> None:
    """Record one event in a transaction of its own."""
    with subscription_scope(subscription.id):
        record(subscription.id, actor, "customer.renamed", ANCHOR, before={"name": "Anchor Ltd"}, after={"name": name})


def note_several(subscription: Subscription, number: int) -> None:
    with subscription_scope(subscription.id):
        for index in range(number):
            record(subscription.id, OPERATOR, "customer.renamed", ANCHOR, before=None, after={"name": f"Name {index}"})


def log(subscription: Subscription) -> list[Logged]:
    with subscription_scope(subscription.id):
        return list(all_events(subscription.id))


def head_of(subscription: Subscription) -> Head:
    with subscription_scope(subscription.id):
        return last_head(subscription.id)


def verdict(subscription: Subscription, head: Head | None = None) -> Verdict:
    with subscription_scope(subscription.id):
        return verify(subscription.id, head)


@contextmanager
def as_owner(database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.owner_url) as session:
        yield session


def tamper(database: TestDatabase, statement: str, *parameters: object) -> None:
    """Run a statement that changes something, with the owner's rights."""
    with as_owner(database) as session:
        assert session.execute(statement, parameters).rowcount > 0


def forge_from(database: TestDatabase, subscription: Subscription, first: int) -> None:
    """Change the action of an event and hash it and all later ones anew, as somebody who knows the rules would."""
    events = log(subscription)
    previous = events[first - 2].hash if first > 1 else bytes(32)
    with as_owner(database) as session:
        for event, _, _ in events[first - 1 :]:
            action = "customer.aliased" if event.number == first else event.action
            values = {name: getattr(event, name) for name in Event.__dataclass_fields__} | {"action": action}
            previous = Event(**values).hash(previous)
            _overwrite(session, subscription.id, event.number, action, previous)


def _overwrite(session: psycopg.Connection, subscription_id: UUID, number: int, action: str, seal: bytes) -> None:
    session.execute(
        "UPDATE audit_event SET action = %s, hash = %s WHERE subscription_id = %s AND number = %s",
        [action, seal, subscription_id, number],
    )
