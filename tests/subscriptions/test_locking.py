"""Whoever waits for the subscription's lock in a browser does not wait for ever, and loses nothing."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.bookkeeping import customer_ids, take, usage
from tests.conftest import TestDatabase
from tests.console.cast import Browse, words

from tallybook.database.queries import number
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotNow
from tallybook.subscriptions import locking
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import Subscription, User


@pytest.fixture
def held(database: TestDatabase, subscription: Subscription, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """Somebody else has the lock, as during an import."""
    monkeypatch.setattr(locking, "PATIENCE", "50ms")
    with psycopg.connect(database.runtime_url) as session:
        session.execute(f"SELECT pg_advisory_xact_lock({locking.LOCK_KEY})", {"id": str(subscription.id)})
        yield session


@pytest.mark.usefixtures("held")
def test_the_wait_ends_and_the_transaction_goes_on(subscription: Subscription) -> None:
    with subscription_scope(subscription.id):
        with pytest.raises(NotNow, match="Somebody imports into this subscription"):
            lock_subscription(subscription.id)
        assert number("SELECT 7") == 7


def test_a_lock_that_is_given_back_is_taken(held: psycopg.Connection, subscription: Subscription) -> None:
    held.rollback()
    with subscription_scope(subscription.id):
        lock_subscription(subscription.id)
        assert number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted") == 1


def test_what_was_typed_is_kept(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    take(subscription, [usage()], tmp_path)
    (customer_id,) = customer_ids(subscription).values()
    request.getfixturevalue("held")
    address = f"/subscriptions/{subscription.id}/customers/{customer_id}/edit/"
    seen = {"seen_name": "Anchor Ltd", "seen_reference": "", "seen_notes": ""}
    answer = browse(owner).post(address, seen | {"name": "Mooring Ltd", "reference": "A-17", "notes": "typed"})
    assert answer.status_code == 503
    assert "try again in a minute" in words(answer)
    assert 'value="Mooring Ltd"' in answer.content.decode()
    assert list(customer_ids(subscription)) == ["Anchor Ltd"]
