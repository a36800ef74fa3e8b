"""What a command gets that holds the embedded server."""

import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tallybook.database.embedded import EmbeddedServer, hold, release

Command = subprocess.Popen[str]


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_first_call_makes_a_server_for_three_roles(home: Path) -> None:
    server = hold(home)

    assert value(server.runtime_url, "SELECT current_user || '@' || current_database()") == "tallybook@tallybook"
    assert value(server.owner_url, "SELECT current_user || '@' || current_database()") == "tallybook_owner@tallybook"
    assert value(server.superuser_url, "SELECT current_user || '@' || current_database()") == "postgres@tallybook"
    assert server.data_folder == home / "postgresql" / "data"
    assert (server.data_folder / "PG_VERSION").read_text() == "18\n"


def test_second_call_in_one_process_gives_the_same(home: Path) -> None:
    first = hold(home)

    assert hold(home) is first
    assert hold(home.parent / "somewhere" / ".." / "home") is first


def test_second_command_finds_the_server_at_once(
    home: Path, start: Callable[..., Command], answer: Callable[[Command], dict[str, str]]
) -> None:
    first = hold(home)
    began = value(first.superuser_url, "SELECT pg_postmaster_start_time()")

    second = answer(start())

    assert float(second["seconds"]) < 1
    assert second["runtime_url"] == first.runtime_url
    assert value(second["superuser_url"], "SELECT pg_postmaster_start_time()") == began


def test_four_commands_at_once_on_a_fresh_home_share_one_server(
    home: Path,
    start: Callable[..., Command],
    answer: Callable[[Command], dict[str, str]],
    keepers: Callable[[Path], list[psutil.Process]],
) -> None:
    commands = [start() for _ in range(4)]
    answers = [answer(command) for command in commands]

    assert len({found["runtime_url"] for found in answers}) == 1
    assert len({value(found["superuser_url"], "SELECT pg_postmaster_start_time()") for found in answers}) == 1
    assert len(keepers(home)) == 1
    assert not list((home / "postgresql").glob(".initialising-*"))


@pytest.mark.parametrize("name", ["with two blanks", "Zähler, Bücher & 'Söhne'", "long-" * 45 + "path", 'quo"ted\\'])
def test_any_path_will_do(home: Path, name: str) -> None:
    server = hold(home / name)

    assert value(server.runtime_url, "SELECT 1") == 1
    assert conninfo_to_dict(server.runtime_url)["user"] == "tallybook"
    assert Path(str(conninfo_to_dict(server.runtime_url)["host"]), ".s.PGSQL.5432").is_socket()
    release(home / name)


def test_nothing_is_lost_when_the_power_goes(common_server: EmbeddedServer) -> None:
    for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert value(common_server.runtime_url, f"SHOW {name}") == "on"


def test_what_must_hold_cannot_be_configured_away(home: Path) -> None:
    server = hold(home)
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET password_encryption = md5")
        connection.execute("SELECT pg_reload_conf()")

    assert value(server.superuser_url, "SELECT pg_sleep(0.2)::text || current_setting('fsync')") == "on"
    assert value(server.superuser_url, "SHOW password_encryption") == "scram-sha-256"
    assert value(server.superuser_url, "SHOW listen_addresses") == ""


def test_texts_and_times_do_not_depend_on_the_machine(common_server: EmbeddedServer) -> None:
    assert value(common_server.runtime_url, "SHOW server_encoding") == "UTF8"
    assert value(common_server.runtime_url, "SHOW timezone") == "UTC"
    assert value(common_server.runtime_url, "SELECT datlocale FROM pg_database WHERE datname = 'tallybook'") == "C.UTF-8"
    assert value(common_server.runtime_url, "SELECT lower('ÄÉ')") == "äé"
    assert value(common_server.runtime_url, "SELECT 'Z' < 'a'") is True


def test_roles_have_no_more_rights_than_they_need(common_server: EmbeddedServer) -> None:
    with psycopg.connect(common_server.superuser_url) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin FROM pg_roles"
            " WHERE rolname LIKE 'tallybook%' ORDER BY 1"
        ).fetchall()
        rights = connection.execute(
            "SELECT pg_get_userbyid(datdba), has_database_privilege('tallybook', oid, 'CONNECT'),"
            " has_database_privilege('tallybook', oid, 'TEMP'), has_database_privilege('tallybook', oid, 'CREATE'),"
            " has_schema_privilege('tallybook', 'public', 'CREATE') FROM pg_database WHERE datname = 'tallybook'"
        ).fetchone()

    assert roles == [
        ("tallybook", False, False, False, False, False, True),
        ("tallybook_owner", False, False, False, False, False, True),
    ]
    assert rights == ("tallybook_owner", True, True, False, False)


def test_owner_makes_tables_in_its_database(common_server: EmbeddedServer) -> None:
    with psycopg.connect(common_server.owner_url) as connection:
        connection.execute("CREATE TABLE statement (id bigint PRIMARY KEY)")
        connection.execute("GRANT SELECT ON statement TO tallybook")

    assert value(common_server.runtime_url, "SELECT count(*) FROM statement") == 0


def test_nobody_comes_in_without_the_password(common_server: EmbeddedServer) -> None:
    host = conninfo_to_dict(common_server.runtime_url)["host"]

    for password in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=host, port=5432, user="tallybook", dbname="tallybook", password=password)


def test_secrets_are_closed_to_others_and_not_shown(home: Path) -> None:
    server = hold(home)
    password = str(conninfo_to_dict(server.runtime_url)["password"])
    files = [path for path in (home / "postgresql").iterdir() if path.is_file()]

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert password in (home / "postgresql" / "pgpass").read_text()
    assert password not in repr(server)
    assert password not in (home / "postgresql" / "server.log").read_text()
