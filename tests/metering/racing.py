"""Locks that stop imports at a certain step, and imports as processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from tests.bookkeeping import Cells
from tests.conftest import TestDatabase
from tests.sessions import Process

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import Subscription

Start = Callable[[Subscription, list[Cells]], Process]


@contextmanager
def ledger_locked(subscription: Subscription) -> Iterator[None]:
    """Holds the lock that every writer of the subscription's ledger takes."""
    with subscription_scope(subscription.id):
        lock_subscription(subscription.id)
        yield


@contextmanager
def imports_locked(database: TestDatabase) -> Iterator[None]:
    """Lets imports write their entries, and stops them before their last step, the record of the import."""
    with psycopg.connect(database.owner_url) as session:
        session.execute("LOCK TABLE usage_import IN EXCLUSIVE MODE")
        yield
