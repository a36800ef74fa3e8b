"""What is said of a server or role that cannot be worked with.

A server older than 18 is not among these tests: only the newest is installed with them.
"""

from collections.abc import Callable

import psycopg
import pytest
from tests.conftest import Ran, TestDatabase

from tallybook.database.server_checks import DURABILITY_SETTINGS, check_runtime_role, durability_warnings, reachable

Run = Callable[..., Ran]
SECRET = "s3cr3t-pa55word"


def changed(url: str, **parts: str) -> str:
    return psycopg.conninfo.make_conninfo(url, **parts)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        pytest.param({"host": "/nonexistent"}, "No such file or directory", id="no socket"),
        pytest.param({"host": "127.0.0.1", "port": "1"}, "Connection refused", id="nobody listens"),
        pytest.param({"port": "port"}, "invalid integer value", id="a port that is none"),
        pytest.param({"dbname": "no such"}, 'database "no such" does not exist', id="no such database"),
        pytest.param({"user": "nobody"}, "password authentication failed", id="no such role"),
        pytest.param({"password": SECRET}, "password authentication failed", id="wrong password"),
        pytest.param({"connect_timeout": "soon"}, "connect_timeout", id="an option that is none"),
    ],
)
def test_a_wrong_address_is_one_sentence(run: Run, database: TestDatabase, parts: dict[str, str], reason: str) -> None:
    done = run("subscription", "list", TALLYBOOK_DATABASE_URL=changed(database.runtime_url, **parts))
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("tallybook: The database does not answer (")
    assert reason in done.err
    assert done.err.endswith("Check TALLYBOOK_DATABASE_URL and that the server runs.\n")
    assert (done.err.count("\n"), SECRET in done.err) == (1, False)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param("superuser_url", "is a superuser or bypasses row-level security", id="a superuser"),
        pytest.param("owner_url", "owns tables", id="the owner"),
    ],
)
def test_a_role_that_is_not_bound_is_refused(run: Run, database: TestDatabase, url: str, sentence: str) -> None:
    done = run("subscription", "list", TALLYBOOK_DATABASE_URL=getattr(database, url))
    assert (done.status, done.out) == (2, "")
    assert sentence in done.err
    assert "TALLYBOOK_DATABASE_URL" in done.err
    assert done.err.count("\n") == 1


def test_the_owners_address_is_named_where_it_fails(run: Run, database: TestDatabase) -> None:
    done = run("migrate", TALLYBOOK_OWNER_DATABASE_URL=changed(database.owner_url, password=SECRET))
    assert (done.status, done.out) == (2, "")
    assert "Check TALLYBOOK_OWNER_DATABASE_URL" in done.err
    assert SECRET not in done.err


def test_the_tests_own_server_serves() -> None:
    check_runtime_role()
    assert reachable("default").vendor == "postgresql"
    assert durability_warnings() == []


def test_a_server_that_may_lose_what_it_acknowledged_is_told_of_loudly(
    run: Run, make_database: Callable[[str], TestDatabase]
) -> None:
    careless = make_database("careless")
    with psycopg.connect(careless.superuser_url, autocommit=True) as session:
        session.execute("ALTER DATABASE careless SET synchronous_commit = off")
    variables = {"TALLYBOOK_DATABASE_URL": careless.runtime_url, "TALLYBOOK_OWNER_DATABASE_URL": careless.owner_url}
    assert run("migrate", **variables).status == 0
    done = run("subscription", "list", **variables)
    assert (done.status, done.out) == (0, "")
    assert "WARNING: PostgreSQL runs with synchronous_commit = off" in done.err
    assert "synchronous_commit" in DURABILITY_SETTINGS
