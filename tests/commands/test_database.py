"""`tallybook database run` on a database of one's own; tests/docs/test_backing_up.py has the embedded one."""

from collections.abc import Callable

from tests.conftest import Ran


def test_a_program_runs_as_the_owner(run: Callable[..., Ran]) -> None:
    ran = run("database", "run", "--", "psql", "-Atc", "SELECT current_user, current_database()")
    assert ran.status == 0
    assert ran.out.startswith("tallybook_owner|tests ")


def test_options_of_the_program_need_no_dashes_before(run: Callable[..., Ran]) -> None:
    ran = run("database", "run", "pg_dump", "--version")
    assert ran.status == 0
    assert ran.out.startswith("pg_dump (PostgreSQL) 18")


def test_the_status_of_the_program_is_passed_on(run: Callable[..., Ran]) -> None:
    assert run("database", "run", "--", "psql", "--variable=ON_ERROR_STOP=1", "-c", "SELECT 1/0").status == 1
    assert run("database", "run", "--", "psql", stdin="\\set ON_ERROR_STOP on\nSELECT 1/0;\n").status == 3


def test_the_environment_cannot_lead_elsewhere(run: Callable[..., Ran]) -> None:
    elsewhere = {"PGHOSTADDR": "192.0.2.1", "PGSERVICE": "nowhere", "PGHOST": "db.example.com", "PGUSER": "somebody"}
    ran = run("database", "run", "--", "psql", "-Atc", "SELECT current_user", **elsewhere)
    assert (ran.status, ran.out) == (0, "tallybook_owner\n")


def test_only_programs_that_speak_with_a_server_are_run(run: Callable[..., Ran]) -> None:
    ran = run("database", "run", "--", "initdb", "here")
    assert ran.status == 2
    assert "pg_dump" in ran.err


def test_the_owner_has_to_be_named(run: Callable[..., Ran]) -> None:
    ran = run("database", "run", "--", "psql", "-c", "SELECT 1", TALLYBOOK_OWNER_DATABASE_URL="")
    assert ran.status == 2
    assert ran.err.startswith("tallybook: Set TALLYBOOK_OWNER_DATABASE_URL")
