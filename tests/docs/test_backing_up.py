"""The recipe of backing-up.md, run as it stands: on embedded servers, and on databases made as installing.md says."""

import re
import stat
import sys
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.conftest import SAMPLES
from tests.docs.pages import blocks, read, section
from tests.docs.shell import environment, run, succeed

from tallybook.database.embedded import EmbeddedServer
from tallybook.database.embedded.binaries import PROGRAMS, installed_binaries

BIN = Path(sys.executable).parent
NAME = "Backed up"
FILL = f"""
tallybook subscription create "{NAME}" --time-zone Europe/Malta
tallybook import "{SAMPLES / "itemised-a.csv"}" --subscription "{NAME}"
"""
CSV = f'tallybook report --subscription "{NAME}" --from 2026-01 --to 2026-12'
JSON = f"{CSV} --format json"


def _block(title: str, page: str = "backing-up.md", language: str = "sh") -> str:
    (block,) = blocks(section(read(page), title), language)
    return block


DUMP, LIST = blocks(section(read("backing-up.md"), "Dump"), "sh")
RESTORE = _block("Restore")


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `tallybook.dump`, made by the recipe, and the reports of the home that it was made from."""
    folder = tmp_path_factory.mktemp("dumped")
    variables = environment(BIN, TALLYBOOK_HOME=folder / "first home")
    succeed(FILL, variables, folder)
    succeed(f"{CSV} --output before.csv\n{JSON} --output before.json", variables, folder)
    succeed(DUMP, variables, folder)
    return folder


def test_an_embedded_database_comes_back_byte_for_byte(dumped: Path) -> None:
    variables = environment(BIN, TALLYBOOK_HOME=dumped / "second home")
    succeed(RESTORE, variables, dumped)
    succeed(f"{CSV} --output after.csv\n{JSON} --output after.json", variables, dumped)
    assert (dumped / "before.csv").read_bytes().count(b"\r\n") > 1000
    assert (dumped / "after.csv").read_bytes() == (dumped / "before.csv").read_bytes()
    assert (dumped / "after.json").read_bytes() == (dumped / "before.json").read_bytes()


def test_what_is_restored_still_keeps_subscriptions_apart_and_takes_files(dumped: Path) -> None:
    variables = environment(BIN, TALLYBOOK_HOME=dumped / "third home")
    succeed(RESTORE, variables, dumped)
    query = "SELECT count(*) FROM pg_class WHERE relname IN ('entry', 'usage_item') AND relrowsecurity AND relforcerowsecurity"
    assert succeed(f'tallybook database run -- psql -Atc "{query}"', variables, dumped).strip() == "2"
    again = succeed(FILL.splitlines()[-1], variables, dumped)
    assert "1,728 existing, 0 changed, 0 refused" in again


def test_only_its_owner_can_read_a_dump(dumped: Path) -> None:
    assert stat.S_IMODE((dumped / "tallybook.dump").stat().st_mode) == 0o600


def test_a_dump_can_be_listed(dumped: Path) -> None:
    listed = succeed(LIST, environment(BIN, TALLYBOOK_HOME=dumped / "first home"), dumped)
    assert "TABLE DATA public usage_item tallybook_owner" in listed
    assert "POLICY public entry" in listed


def test_without_row_security_a_dump_fails_as_the_page_says(dumped: Path) -> None:
    script = DUMP.replace("--enable-row-security ", "").replace("tallybook.dump", "other.dump")
    done = run(script, environment(BIN, TALLYBOOK_HOME=dumped / "first home"), dumped)
    assert done.returncode == 1
    assert "query would be affected by row-level security policy" in done.stderr
    assert "query would be affected by row-level security policy" in " ".join(section(read("backing-up.md"), "Dump").split())


def test_your_own_postgresql_by_the_page(server: EmbeddedServer, tmp_path: Path) -> None:
    name = f"docs_{uuid4().hex[:8]}"
    _run_sql(server, _renamed(_block("Your own PostgreSQL", "installing.md", "sql"), name))
    addresses = _addressed(_block("Your own PostgreSQL", "installing.md"), server, name)
    variables = environment(BIN, installed_binaries().root / PROGRAMS / "bin", TALLYBOOK_HOME=tmp_path / "home")
    filled = f"{addresses}\n{FILL}\n{CSV} --output before.csv\n{DUMP}\n{_block('With your own programs')}"
    assert "The schema is up to date." in succeed(filled, variables, tmp_path)

    _run_sql(server, _second_database(_renamed(_block("Your own PostgreSQL", "installing.md", "sql"), name), name))
    other = addresses.replace(f"@/{name}?", f"@/{name}_b?").replace("tallybook migrate", "")
    restored = RESTORE.replace("--dbname=tallybook", f"--dbname={name}_b")
    succeed(f"{other}\n{restored}\ntallybook migrate\n{CSV} --output after.csv", variables, tmp_path)
    assert (tmp_path / "before.csv").read_bytes().count(b"\r\n") > 1000
    assert (tmp_path / "after.csv").read_bytes() == (tmp_path / "before.csv").read_bytes()


def test_without_the_owner_there_is_no_dump(server: EmbeddedServer, tmp_path: Path) -> None:
    variables = environment(BIN, TALLYBOOK_HOME=tmp_path, TALLYBOOK_DATABASE_URL=server.runtime_url)
    done = run(DUMP, variables, tmp_path)
    assert done.returncode == 2
    assert "TALLYBOOK_OWNER_DATABASE_URL" in done.stderr
    assert not (tmp_path / "tallybook.dump").exists()


def _renamed(sql: str, name: str) -> str:
    """The page's SQL with roles and a database of this test's own."""
    return re.sub(r"\btallybook\b", name, re.sub(r"\btallybook_owner\b", f"{name}_owner", sql))


def _second_database(sql: str, name: str) -> str:
    """The part that makes the database, for one more."""
    made = sql[sql.index("CREATE DATABASE") :]
    return made.replace(f"DATABASE {name} ", f"DATABASE {name}_b ")


def _run_sql(server: EmbeddedServer, sql: str) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        for statement in filter(str.strip, sql.split(";\n")):
            connection.execute(statement.encode())


def _addressed(script: str, server: EmbeddedServer, name: str) -> str:
    """The page's commands with the addresses of this test's database."""
    parts = conninfo_to_dict(server.superuser_url)
    place = f"@/{name}?host={quote(str(parts['host']), safe='')}&port={parts['port']}"
    renamed = script.replace("//tallybook_owner:", f"//{name}_owner:").replace("//tallybook:", f"//{name}:")
    assert renamed.count("@db.example.com:5432/tallybook") == 2
    return renamed.replace("@db.example.com:5432/tallybook", place)
