"""The log of calls: granted ones at once, all others in batches."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, connection
from tests.conftest import TestDatabase
from tests.links.conftest import Answer, Made
from tests.sessions import wait_until, waits_for_lock

from tallybook.database.scope import subscription_scope
from tallybook.links import call_log
from tallybook.links.call_log import Call, Calls
from tallybook.links.listing import list_calls, list_links
from tallybook.links.models import LinkCall, LinkKey

AskLink = Callable[..., Answer]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """A buffer that nobody writes down but the test."""
    buffer = Calls()
    monkeypatch.setattr(buffer, "_see_to_the_writer", lambda: None)
    monkeypatch.setattr(call_log, "calls", buffer)
    return buffer


def logged(made: Made) -> list[tuple[int, str, int, int | None]]:
    with subscription_scope(made.subscription.id):
        found = list_calls(made.subscription, made.link.saved.id, most=50)
    return sorted((one.status, one.outcome, one.calls, one.row_count) for one in found)


def test_what_becomes_of_calls_is_logged(call: AskLink, made: Made, calls: Calls) -> None:
    tag = call(made)["ETag"]
    assert logged(made) == [(200, "granted", 1, 4)]
    for _ in range(3):
        call(made)
    call(made, If_None_Match=tag)
    call(made, Range="bytes=1-")
    call(made, method="HEAD")
    call(made, key="nonsense")
    assert len(logged(made)) == 1
    calls.flush()
    assert logged(made) == [
        (200, "granted", 1, 4),
        (200, "headers", 1, None),
        (206, "part", 1, None),
        (304, "not-modified", 1, None),
        (401, "key-malformed", 1, None),
        (429, "too-early", 3, None),
    ]
    with subscription_scope(made.subscription.id):
        (listed,) = list_links(made.subscription)
    assert listed.calls == 8
    assert not listed.is_never_used


def flush_apart(calls: Calls) -> None:
    try:
        calls.flush()
    finally:
        connection.close()


def test_the_last_flush_waits_for_one_that_is_under_way(made: Made, calls: Calls, database: TestDatabase) -> None:
    calls.note(Call(made.link.saved.id, "192.0.2.7", 429, "too-early"))
    under_way, last = (Thread(target=flush_apart, args=[calls]) for _ in range(2))
    with psycopg.connect(database.owner_url) as session:
        session.execute("LOCK TABLE link_call IN EXCLUSIVE MODE")
        under_way.start()
        wait_until(lambda: waits_for_lock(database.superuser_url, "link_call") == 1)
        last.start()
        last.join(0.5)
        assert last.is_alive()
    last.join()
    assert logged(made) == [(429, "too-early", 1, None)]
    under_way.join()


def test_a_granted_call_tells_size_time_and_address(call: AskLink, made: Made, calls: Calls) -> None:
    assert calls
    answer = call(made, address="192.0.2.7")
    with subscription_scope(made.subscription.id):
        (one,) = list_calls(made.subscription, made.link.saved.id, most=5)
        (listed,) = list_links(made.subscription)
    assert (one.address, one.size_bytes) == ("192.0.2.7", len(answer.content))
    assert one.milliseconds is not None
    assert listed.last_call == one
    assert listed.next_allowed_at is not None


def test_calls_are_forgotten_after_90_days(made: Made, calls: Calls) -> None:
    own = {"subscription_id": made.subscription.id, "link_id": made.link.saved.id, "status": 200, "outcome": "granted"}
    with subscription_scope(made.subscription.id):
        for days in (89, 91):
            LinkCall.objects.create(**own, id=uuid4(), called_at=datetime.now(UTC) - timedelta(days=days))
    calls.note(Call(made.link.saved.id, "", 429, "too-early"))
    calls.flush()
    assert logged(made) == [(200, "granted", 1, None), (429, "too-early", 1, None)]


def test_a_use_of_a_key_is_written_once_a_minute(call: AskLink, made: Made, calls: Calls) -> None:
    def last_used() -> datetime | None:
        with subscription_scope(made.subscription.id):
            return LinkKey.objects.get(key_id=made.key.key_id).last_used_at

    assert last_used() is None
    call(made)
    calls.flush()
    first = last_used()
    call(made)
    calls.flush()
    assert first is not None
    assert last_used() == first


def test_a_log_that_cannot_be_written_fails_no_call(
    call: AskLink, made: Made, calls: Calls, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(call_log, "_write_calls", fail)
    assert call(made).status_code == 200
    assert call(made).status_code == 429
    calls.flush()
    assert "1 calls of report links could not be logged: gone" in caplog.text
    assert logged(made) == [(200, "granted", 1, 4)]


def test_memory_is_bounded(calls: Calls, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_log, "MOST_WAITING", 10)
    link_id = uuid4()
    for number in range(25):
        calls.note(Call(link_id, f"192.0.2.{number}", 401, "key-refused"))
    calls.note(Call(link_id, "192.0.2.1", 401, "key-refused"))
    assert len(calls._counts) == 10  # noqa: SLF001
    calls.flush()
    assert "15 calls of report links were too many" in caplog.text


def test_calls_of_links_that_there_are_not_have_no_log(made: Made, calls: Calls) -> None:
    calls.note(Call(uuid4(), "192.0.2.1", 401, "key-refused"))
    calls.flush()
    assert logged(made) == []
