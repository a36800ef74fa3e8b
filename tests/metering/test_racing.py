"""Imports as processes: two at once, and one that is killed.

The races are made certain: a lock is held until everybody waits for it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.bookkeeping import Cells, counts, ledger, new_subscription, reported, take, usage, usage_csv, waits_for_lock
from tests.conftest import Ran, TestDatabase

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import Subscription

PATIENCE_SECONDS = 60
Start = Callable[[Subscription, list[Cells]], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(command_environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts an import of these rows as a process; none outlives the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_import(subscription: Subscription, rows: list[Cells]) -> "subprocess.Popen[bytes]":
        path = tmp_path / f"racing {len(processes)}.csv"
        path.write_bytes(usage_csv(rows))
        command = [sys.executable, "-m", "tallybook", "import", str(path), "--subscription", subscription.name]
        process = subprocess.Popen(command, env=command_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        processes.append(process)
        return process

    yield start_import
    for process in processes:
        process.kill()
        process.communicate()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "What was waited for did not come."
        time.sleep(0.02)


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


def rows_of(names: range, size: int = 1) -> list[Cells]:
    return [usage(object_name=f"Person {number}", protected_bytes=size) for number in names]


def finish(process: "subprocess.Popen[bytes]") -> str:
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, b"")
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
    assert len(reported(subscription)) == len(ledger(subscription)["entry"]) == 50


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


def test_an_import_that_is_interrupted_ends_quietly(
    subscription: Subscription, database: TestDatabase, start: Start, run: Callable[..., Ran]
) -> None:
    with imports_locked(database):
        racer = start(subscription, rows_of(range(5)))
        wait_until(lambda: waits_for_lock(database.superuser_url, "usage_import") == 1)
        racer.send_signal(signal.SIGINT)
        _, err = racer.communicate(timeout=PATIENCE_SECONDS)
    assert (racer.returncode, b"Traceback" in err) == (130, False)
    assert ledger(subscription)["entry"] == []
    assert "no usage" in run("report", "--subscription", subscription.name, "--from", "2026-10", "--to", "2026-10").err
