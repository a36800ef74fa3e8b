"""Imports as processes: two at once, one that waits, and ones that are killed or interrupted.

The races are made certain: a lock is held until everybody waits for it.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.bookkeeping import Cells, counts, entries, ledger, new_subscription, reported, take, usage
from tests.conftest import Ran, TestDatabase
from tests.metering.racing import Start, imports_locked, ledger_locked
from tests.sessions import PATIENCE_SECONDS, Process, sessions_in, wait_until, waits_for_lock

from tallybook.subscriptions.models import Subscription

WAITS = b"tallybook: Somebody else changes this subscription's ledger or names; waiting for the end of that.\n"
NOTHING_KEPT = b"tallybook: Interrupted; nothing of the file was kept.\n"


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Lets imports hear of Ctrl-C even where the tests run in the background of a shell, which ignores it for its jobs."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


def rows_of(names: range, size: int = 1) -> list[Cells]:
    return [usage(object_name=f"Person {number}", protected_bytes=size) for number in names]


def finish(process: Process) -> str:
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, err
    assert err in (b"", WAITS)
    return out.decode()


def test_two_imports_of_one_file_at_once_count_everything_once(
    subscription: Subscription, database: TestDatabase, start: Start
) -> None:
    rows = rows_of(range(50))
    with ledger_locked(subscription):
        racers = [start(subscription, rows), start(subscription, rows)]
        wait_until(lambda: waits_for_lock(database.superuser_url, "pg_advisory_xact_lock") == len(racers))
    told = sorted(finish(racer) for racer in racers)
    assert any("50 rows: 50 new, 0 existing" in text for text in told)
    assert any("50 rows: 0 new, 50 existing" in text for text in told)
    assert len(reported(subscription)) == len(entries(subscription)) == 50


def test_two_imports_of_different_files_at_once_are_as_one_after_the_other(
    subscription: Subscription, database: TestDatabase, start: Start, tmp_path: Path
) -> None:
    left, right = rows_of(range(30)), rows_of(range(20, 50))
    with ledger_locked(subscription):
        racers = [start(subscription, left), start(subscription, right)]
        wait_until(lambda: waits_for_lock(database.superuser_url, "pg_advisory_xact_lock") == len(racers))
    for racer in racers:
        finish(racer)
    calm = new_subscription()
    take(calm, left, tmp_path)
    take(calm, right, tmp_path)
    assert reported(subscription) == reported(calm)
    assert len(reported(subscription)) == 50


def test_an_import_that_is_killed_before_its_end_leaves_nothing(
    subscription: Subscription, database: TestDatabase, start: Start, tmp_path: Path
) -> None:
    take(subscription, rows_of(range(5)), tmp_path)
    before = ledger(subscription)
    with imports_locked(database):
        racer = start(subscription, [*rows_of(range(5, 50)), usage(customer="Birch Ltd")])
        wait_until(lambda: waits_for_lock(database.superuser_url, "usage_import") == 1)
        os.kill(racer.pid, signal.SIGKILL)
        assert racer.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        assert ledger(subscription) == before
    assert counts(take(subscription, rows_of(range(50)), tmp_path)) == (50, 45, 5, 0, 0)
    assert len(reported(subscription)) == 50


def test_a_reader_sees_nothing_of_an_import_until_it_is_whole(
    subscription: Subscription, database: TestDatabase, start: Start
) -> None:
    with imports_locked(database):
        racer = start(subscription, rows_of(range(50)))
        wait_until(lambda: waits_for_lock(database.superuser_url, "usage_import") == 1)
        assert reported(subscription) == []
    finish(racer)
    assert len(reported(subscription)) == 50


@pytest.mark.parametrize("step", ["waiting", "writing"])
def test_an_import_that_is_interrupted_says_that_nothing_was_kept(
    subscription: Subscription, database: TestDatabase, start: Start, run: Callable[..., Ran], step: str
) -> None:
    holder = ledger_locked(subscription) if step == "waiting" else imports_locked(database)
    with holder:
        racer = start(subscription, rows_of(range(5)))
        wait_until(lambda: waits_for_lock(database.superuser_url, "") == 1)
        racer.send_signal(signal.SIGINT)
        out, err = racer.communicate(timeout=PATIENCE_SECONDS)
    assert (racer.returncode, out, err.removeprefix(WAITS)) == (130, b"", NOTHING_KEPT)
    assert entries(subscription) == []
    assert "no usage" in run("report", "--subscription", subscription.name, "--from", "2026-10", "--to", "2026-10").err


def test_an_import_that_is_interrupted_while_it_reads_says_the_same(
    subscription: Subscription, database: TestDatabase, start: Start
) -> None:
    racer = start(subscription, rows_of(range(60_000)))
    wait_until(lambda: sessions_in(database.superuser_url, "COPY staged") == 1)
    racer.send_signal(signal.SIGINT)
    out, err = racer.communicate(timeout=PATIENCE_SECONDS)
    assert (racer.returncode, out, err) == (130, b"", NOTHING_KEPT)
    assert ledger(subscription)["customer"] == ledger(subscription)["usage_import"] == []


def test_an_import_that_has_to_wait_says_so_while_it_waits(subscription: Subscription, start: Start) -> None:
    with ledger_locked(subscription):
        racer = start(subscription, rows_of(range(5)))
        assert racer.stderr is not None
        assert racer.stderr.readline() == WAITS
        assert racer.poll() is None
    assert "5 rows: 5 new" in finish(racer)
    assert len(reported(subscription)) == 5


def test_an_import_of_another_subscription_waits_for_nobody(
    subscription: Subscription, other_subscription: Subscription, start: Start
) -> None:
    with ledger_locked(subscription):
        out, err = start(other_subscription, rows_of(range(5))).communicate(timeout=PATIENCE_SECONDS)
    assert (b"5 rows: 5 new" in out, err) == (True, b"")
    assert len(reported(other_subscription)) == 5
