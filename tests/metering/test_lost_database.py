"""A database that goes away in the middle of an import: one sentence, nothing by halves, and a second try works."""

from pathlib import Path

import pytest
from tests.bookkeeping import ledger, reported, take, usage
from tests.conftest import TestDatabase
from tests.metering.racing import Start, imports_locked
from tests.sessions import PATIENCE_SECONDS, end_sessions, tells_of_a_lost_database, wait_until

from tallybook.subscriptions.models import Subscription

# So many that the session is met while the file is still on its way to the server.
MANY = 60_000


@pytest.mark.parametrize("step", [(MANY, "COPY staged"), (50, 'INSERT INTO "usage_import"')], ids=["reading", "last step"])
def test_an_import_that_loses_its_database_leaves_nothing(
    subscription: Subscription, database: TestDatabase, start: Start, tmp_path: Path, step: tuple[int, str]
) -> None:
    count, statement = step
    take(subscription, [usage()], tmp_path)
    before = ledger(subscription)
    rows = [usage(object_name=f"Joiner {number}", customer="Birch Ltd") for number in range(count)]
    with imports_locked(database):
        racer = start(subscription, rows)
        wait_until(lambda: end_sessions(database.superuser_url, statement) == 1)
        out, err = racer.communicate(timeout=PATIENCE_SECONDS)
    assert (racer.returncode, out, tells_of_a_lost_database(err)) == (2, b"", True), err
    assert ledger(subscription) == before
    again = start(subscription, rows)
    _, err = again.communicate(timeout=PATIENCE_SECONDS)
    assert (again.returncode, err) == (0, b"")
    assert len(reported(subscription)) == count + 1
