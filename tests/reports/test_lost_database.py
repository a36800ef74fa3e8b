"""A database that goes away in the middle of a report: one sentence, no file, and a second try works."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.conftest import TestDatabase
from tests.sessions import PATIENCE_SECONDS, Process, end_sessions, tells_of_a_lost_database, wait_until

from tallybook.subscriptions.models import Subscription


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--format", "xlsx"), ("--split-by", "customer")], ids=" ".join)
def test_a_report_that_loses_its_database_leaves_no_file(
    made_up: Subscription,
    database: TestDatabase,
    start_command: Callable[..., Process],
    tmp_path: Path,
    options: tuple[str, ...],
) -> None:
    target = tmp_path / "report"
    target.write_bytes(b"former")
    arguments = ("report", "--subscription", made_up.name, "--from", "2026-10", "--to", "2026-11", "--output", target, *options)
    with psycopg.connect(database.owner_url) as session:
        session.execute("LOCK TABLE usage_item")
        process = start_command(*arguments)
        wait_until(lambda: end_sessions(database.superuser_url, "usage_item i") == 1)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out, tells_of_a_lost_database(err)) == (2, b"", True), err
    assert [path.read_bytes() for path in tmp_path.glob("*report*")] == [b"former"]
    again = start_command(*arguments)
    assert (again.communicate(timeout=PATIENCE_SECONDS), again.returncode) == ((b"", b""), 0)
    assert target.read_bytes() != b"former"
