"""Whose rows a transaction may touch: the settings on which every row-level security policy rests.

Three settings exist: the subscription that is worked on, the person who asks (for that person's memberships), and the
operator (for commands that make and find subscriptions). Each is set for the current transaction only.

`SET LOCAL` outside a transaction does nothing, and a setting made inside a savepoint outlives it; so a scope always opens a
transaction and puts the former value back when it is left.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connections, transaction

from tallybook.errors import NotNow

SUBSCRIPTION_SETTING = "tallybook.subscription"
PERSON_SETTING = "tallybook.person"
OPERATOR_SETTING = "tallybook.operator"
_MOST_TRIES = 3


@contextmanager
def subscription_scope(subscription_id: UUID, *, using: str = "default") -> Iterator[None]:
    """A transaction in which the rows of this subscription, and of no other, exist."""
    with _setting(SUBSCRIPTION_SETTING, str(subscription_id), using):
        yield


@contextmanager
def person_scope(user_id: UUID, *, using: str = "default") -> Iterator[None]:
    """A transaction in which this person's memberships, and the subscriptions they lead to, can be read."""
    with _setting(PERSON_SETTING, str(user_id), using):
        yield


@contextmanager
def operator_scope(*, using: str = "default") -> Iterator[None]:
    """A transaction in which all subscriptions (but nothing inside them) can be found and made: for commands only."""
    with _setting(OPERATOR_SETTING, "on", using):
        yield


@contextmanager
def snapshot_scope(subscription_id: UUID, *, using: str = "default") -> Iterator[None]:
    """A read-only transaction over one snapshot of this subscription's rows. Must be the outermost transaction.

    Raises:
        RuntimeError: inside another transaction, whose snapshot and rights it could not change.
    """
    connection = connections[using]
    if connection.in_atomic_block:
        raise RuntimeError("A snapshot has to be the outermost transaction.")
    with transaction.atomic(using=using):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with subscription_scope(subscription_id, using=using):
            yield


@contextmanager
def ready_snapshot(subscription_id: UUID, prepare: Callable[[], None], is_ready: Callable[[], bool]) -> Iterator[None]:
    """A snapshot in which what is kept of the ledger is as new as the ledger.

    Args:
        subscription_id: whose rows.
        prepare: brings up to date what is kept, in transactions of its own.
        is_ready: asked in the snapshot, whether nothing has changed since then.

    Raises:
        NotNow: something changed each time.
    """
    for _ in range(_MOST_TRIES):
        prepare()
        with snapshot_scope(subscription_id):
            if is_ready():
                yield
                return
    raise NotNow("The ledger changed again and again while it was counted. Try again when the imports are done.")


@contextmanager
def _setting(name: str, value: str, using: str) -> Iterator[None]:
    is_nested = connections[using].in_atomic_block
    with transaction.atomic(using=using):
        former = _set(name, value, using)
        yield
        # With the outermost transaction the setting ends by itself. Not in a `finally`: after an error the savepoint rolls
        # back, and the setting with it.
        if is_nested:
            _set(name, former, using)


def _set(name: str, value: str, using: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), ''), set_config(%s, %s, true)", [name, name, value])
        row = cursor.fetchone()
    return str(row[0])
