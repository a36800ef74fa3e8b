"""When there is no server to be had: one clear sentence, nothing harmed, and no hanging."""

import hashlib
import os
import resource
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tallybook.database.embedded import hold, release
from tallybook.database.embedded.accounts import account_for
from tallybook.database.embedded.binaries import binaries_for
from tallybook.database.embedded.locks import open_folder
from tallybook.database.embedded.server import start_server
from tallybook.errors import DatabaseUnavailable

Command = subprocess.Popen[str]
Start = Callable[..., Command]
Answer = Callable[[Command], dict[str, str]]
Eventually = Callable[..., float]
Processes = Callable[[Path], list[psutil.Process]]


def digest(folder: Path) -> str:
    """Names, contents, modes and times of all that is below a folder."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found.update(f"{path} {status.st_mode} {status.st_uid} {status.st_mtime_ns}\n".encode())
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()


def test_data_of_another_major_version_are_not_touched(home: Path, stopped: Path) -> None:
    (stopped / "PG_VERSION").write_text("17\n")
    before = digest(home)

    with pytest.raises(DatabaseUnavailable, match=r"PostgreSQL 17, .* PostgreSQL 18: dump it with pg_dump"):
        hold(home)

    assert digest(home) == before


def test_folder_that_is_no_database_is_not_touched(home: Path, stopped: Path) -> None:
    (stopped / "PG_VERSION").unlink()
    before = digest(home)

    with pytest.raises(DatabaseUnavailable, match="no database that can be read"):
        hold(home)

    assert digest(home) == before


def test_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("my notes")

    for where in (home, home / "below"):
        with pytest.raises(DatabaseUnavailable, match=r"cannot be used .*Not a directory.*TALLYBOOK_HOME"):
            hold(where)

    assert home.read_text() == "my notes"


def test_home_that_may_not_be_written_is_refused(
    strangers_folder: Path, start: Start, answer: Answer, as_nobody: dict[str, object]
) -> None:
    strangers_folder.chmod(0o500)

    error = answer(start(strangers_folder / "home", **as_nobody))["error"]

    assert str(strangers_folder / "home") in error
    assert "Permission denied" in error


def test_home_of_root_is_not_for_others(
    strangers_folder: Path, start: Start, answer: Answer, as_nobody: dict[str, object]
) -> None:
    home = strangers_folder / "home"
    hold(home)
    home.chmod(0o755)

    error = answer(start(home, **as_nobody))["error"]
    release(home)

    assert "belongs to the user root" in error
    assert "runs as nobody" in error


def test_home_of_somebody_else_is_not_for_root(
    strangers_folder: Path, start: Start, answer: Answer, as_nobody: dict[str, object]
) -> None:
    home = strangers_folder / "home"
    assert "runtime_url" in answer(start(home, **as_nobody))

    with pytest.raises(DatabaseUnavailable, match=r"belongs to the user nobody.*run it as nobody"):
        hold(home)


def test_user_without_a_name_is_told_so(
    strangers_folder: Path, start: Start, answer: Answer, as_nobody: dict[str, object]
) -> None:
    strangers_folder.chmod(0o777)

    error = answer(start(strangers_folder / "home", **(as_nobody | {"user": 54321})))["error"]

    assert "54321, which has no name on this machine" in error


def test_broken_configuration_is_told_with_the_log(home: Path, stopped: Path) -> None:
    with (stopped / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = plenty\n")

    with pytest.raises(DatabaseUnavailable) as refusal:
        hold(home)

    assert "contains errors" in str(refusal.value)
    assert str(home / "postgresql" / "server.log") in str(refusal.value)


def test_server_works_again_once_the_configuration_is_mended(home: Path, stopped: Path) -> None:
    settings = stopped / "postgresql.conf"
    before = settings.read_text()
    settings.write_text("no such line\n")
    with pytest.raises(DatabaseUnavailable):
        hold(home)

    settings.write_text(before)

    assert hold(home).data_folder == stopped


def test_disk_that_takes_no_more_is_told(home: Path, start: Start, answer: Answer, eventually: Eventually) -> None:
    limit = (200_000, 200_000)

    command = start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    error = answer(command)["error"]

    assert "PostgreSQL could not be started" in error
    assert str(home / "postgresql" / "server.log") in error
    assert not (home / "postgresql" / "data").exists()
    eventually(lambda: not list((home / "postgresql").glob(".initialising-*")))
    assert hold(home).data_folder.is_dir()


def test_lost_passwords_are_told(home: Path, stopped: Path) -> None:
    passwords = home / "postgresql" / "pgpass"
    passwords.unlink()

    with pytest.raises(DatabaseUnavailable, match=r"pgpass: put the file back from a backup"):
        hold(home)

    assert not passwords.exists()
    assert stopped.is_dir()


def test_passwords_of_another_database_are_told(home: Path, stopped: Path) -> None:
    passwords = home / "postgresql" / "pgpass"
    passwords.write_text(passwords.read_text().replace(":tallybook:", ":tallybook:not"))

    with pytest.raises(DatabaseUnavailable, match=r"does not let Tallybook in \(password authentication failed"):
        hold(home)

    assert stopped.is_dir()


def test_server_that_somebody_started_by_hand_is_left_alone(home: Path, stopped: Path, tmp_path: Path) -> None:
    account = account_for(stopped)
    folder = open_folder(stopped)
    sockets = Path(f"/tmp/tallybook-by-hand-{os.getpid()}")  # noqa: S108  # short, and reachable for the server's user
    sockets.mkdir()
    account.own(sockets)
    with start_server(binaries_for(account), folder, sockets, account) as server:
        os.close(folder)
        while not (sockets / ".s.PGSQL.5432").exists():
            assert server.poll() is None
        with pytest.raises(DatabaseUnavailable, match=f"did not start works on .*, process {server.pid}"):
            hold(home)
        assert server.poll() is None
        server.send_signal(signal.SIGINT)
    sockets.rmdir()
    assert tmp_path in home.parents
