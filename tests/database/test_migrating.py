"""Making the schema: once, again, by two at once, and by somebody who may not."""

import subprocess
import sys
from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from tests.conftest import Ran, TestDatabase

Run = Callable[..., Ran]
Made = Callable[[str], TestDatabase]


@pytest.fixture
def fresh(make_database: Made) -> TestDatabase:
    """An empty database of this test's own."""
    return make_database(f"fresh {uuid4()}")


def variables(fresh: TestDatabase) -> dict[str, str]:
    return {"TALLYBOOK_DATABASE_URL": fresh.runtime_url, "TALLYBOOK_OWNER_DATABASE_URL": fresh.owner_url}


def tables(fresh: TestDatabase) -> list[tuple[str, ...]]:
    with psycopg.connect(fresh.superuser_url) as session:
        return session.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
        ).fetchall()


def test_models_and_migrations_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    assert "No changes detected" in capsys.readouterr().out


def test_migrating_twice_is_migrating_once(run: Run, fresh: TestDatabase) -> None:
    first = run("migrate", **variables(fresh))
    made = tables(fresh)
    second = run("migrate", **variables(fresh))
    assert (first.status, first.err, second.status, second.err) == (0, "", 0, "")
    assert first.out == second.out == "The schema is up to date.\n"
    assert tables(fresh) == made
    assert run("subscription", "create", "First MSP", **variables(fresh)).status == 0


def test_two_at_once_take_turns(command_environment: dict[str, str], fresh: TestDatabase) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tallybook", "migrate"],
            env=command_environment | variables(fresh),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    ended = [(*racer.communicate(timeout=120), racer.returncode) for racer in racers]
    assert ended == [(b"The schema is up to date.\n", b"", 0)] * 2
    with psycopg.connect(fresh.owner_url) as session:
        applied = session.execute("SELECT app, name FROM django_migrations").fetchall()
    assert len(applied) == len(set(applied)) > 5


def test_a_schema_of_another_version_is_told(run: Run, fresh: TestDatabase) -> None:
    done = run("subscription", "list", **variables(fresh))
    assert (done.status, done.out) == (2, "")
    assert done.err == "tallybook: The database has not the schema of this version. Run `tallybook migrate` first.\n"


def test_an_owner_who_may_not_make_tables_is_told(run: Run, fresh: TestDatabase) -> None:
    with psycopg.connect(fresh.superuser_url, autocommit=True) as session:
        session.execute("ALTER SCHEMA public OWNER TO CURRENT_USER")
        session.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC, tallybook_owner")
        session.execute("GRANT USAGE ON SCHEMA public TO tallybook_owner")
    done = run("migrate", **variables(fresh))
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("tallybook: The owner role may not make the schema: ")
    assert "permission denied" in done.err
    assert done.err.count("\n") == 1


def test_migrating_needs_the_owners_address(run: Run, fresh: TestDatabase) -> None:
    done = run("migrate", TALLYBOOK_DATABASE_URL=fresh.runtime_url, TALLYBOOK_OWNER_DATABASE_URL="")
    assert (done.status, done.out) == (2, "")
    assert "TALLYBOOK_OWNER_DATABASE_URL" in done.err
    assert "Traceback" not in done.err
