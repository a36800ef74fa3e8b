"""An import by a runtime role from which its owner has taken a right, in a database of its own."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from tests.bookkeeping import SUBSCRIPTION_TABLES, usage, usage_csv
from tests.conftest import Ran, TestDatabase, command_variables

Import = Callable[..., Ran]
NAME = "First MSP"


@pytest.fixture(scope="module")
def template(make_database: Callable[..., TestDatabase], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database with a subscription, to be copied."""
    name = f"rights {uuid4()}"
    made = make_database(name)
    environment = command_variables(made, tmp_path_factory.mktemp("rights home"))
    for arguments in (["migrate"], ["subscription", "create", NAME]):
        subprocess.run([sys.executable, "-m", "tallybook", *arguments], env=environment, check=True, timeout=120)
    return name


@pytest.fixture
def own(make_database: Callable[..., TestDatabase], template: str) -> TestDatabase:
    """A migrated database of this test's own, with a subscription."""
    return make_database(f"rights {uuid4()}", template)


@pytest.fixture
def import_rows(own: TestDatabase, run: Callable[..., Ran], tmp_path: Path) -> Import:
    """Imports so many rows into the database."""

    def import_(count: int) -> Ran:
        path = tmp_path / "usage.csv"
        path.write_bytes(usage_csv([usage(object_name=f"Person {number}") for number in range(count)]))
        return run("import", path, "--subscription", NAME, TALLYBOOK_DATABASE_URL=own.runtime_url)

    return import_


def change(url: str, statement: str) -> None:
    with psycopg.connect(url) as session:
        session.execute(statement)


def kept(own: TestDatabase) -> dict[str, int]:
    """How many rows each table has."""
    with psycopg.connect(own.owner_url) as session:
        counts = {table: session.execute(f"SELECT count(*) FROM {table}").fetchone() for table in SUBSCRIPTION_TABLES}
    return {table: row[0] for table, row in counts.items() if row and row[0]}


@pytest.mark.parametrize(
    "right",
    ["INSERT ON usage_item", "INSERT ON usage_import", "UPDATE ON revision", "SELECT ON customer_alias", "INSERT ON customer"],
)
def test_a_right_that_is_lacking_is_told_and_nothing_is_kept(own: TestDatabase, import_rows: Import, right: str) -> None:
    change(own.owner_url, f"REVOKE {right} FROM tallybook")
    done = import_rows(5)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("tallybook: The database role lacks a right (permission denied for ")
    assert done.err.endswith("Nothing was kept. `tallybook migrate` grants what is needed.\n")
    assert kept(own) == {}


def test_migrating_gives_the_right_back(own: TestDatabase, import_rows: Import, run: Callable[..., Ran]) -> None:
    change(own.owner_url, "REVOKE INSERT ON usage_item FROM tallybook")
    assert import_rows(5).status == 2
    owner = {"TALLYBOOK_DATABASE_URL": own.runtime_url, "TALLYBOOK_OWNER_DATABASE_URL": own.owner_url}
    assert run("migrate", **owner).status == 0
    assert import_rows(5).status == 0
    assert kept(own)["usage_item"] == 5


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("REVOKE MAINTAIN ON ALL TABLES IN SCHEMA public FROM tallybook", id="no right to ANALYZE"),
        pytest.param("REVOKE ALL ON FUNCTION pg_stat_force_next_flush FROM PUBLIC", id="no right to look"),
    ],
)
def test_an_import_survives_statistics_that_fail(own: TestDatabase, import_rows: Import, statement: str) -> None:
    change(own.superuser_url, statement)
    # So many that the tables have outgrown what is known of them.
    done = import_rows(1500)
    assert (done.status, done.err) == (0, "")
    assert "1,500 rows: 1,500 new" in done.out
    assert kept(own)["usage_item"] == 1500
    with psycopg.connect(own.superuser_url) as session:
        looked_at = session.execute("SELECT count(*) FROM pg_stat_user_tables WHERE analyze_count > 0").fetchone()
    assert looked_at == (0,)
