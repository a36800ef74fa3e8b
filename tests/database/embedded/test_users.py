"""As whom the server runs, and what that changes on the machine: nothing that is not ours."""

import os
import pwd
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from tallybook.database.embedded import hold
from tallybook.database.embedded.accounts import Account, account_for
from tallybook.database.embedded.binaries import Binaries, binaries_for
from tallybook.database.embedded.sockets import make_socket_folder, socket_folder
from tallybook.errors import DatabaseUnavailable

Command = subprocess.Popen[str]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as somebody else")


def modes(folder: Path) -> dict[Path, tuple[int, int]]:
    """Mode and owner of a folder and of all above it."""
    found = {path: path.stat() for path in (folder, *folder.parents)}
    return {path: (status.st_mode, status.st_uid) for path, status in found.items()}


@needs_root
def test_root_runs_the_server_as_somebody_else_below_closed_folders(
    home: Path, servers: Callable[[Path], list[psutil.Process]]
) -> None:
    home.mkdir(mode=0o700)
    before = modes(home)

    server = hold(home)

    owner = server.data_folder.stat().st_uid
    assert owner != 0
    assert {process.info["uids"].real for process in servers(home)} == {owner}
    assert modes(home) == before
    assert stat.S_IMODE((home / "postgresql").stat().st_mode) == 0o700


@needs_root
def test_account_stays_the_one_that_owns_the_data(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)

    assert account_for(tmp_path) == Account(nobody.pw_uid, nobody.pw_gid)


@needs_root
def test_data_that_were_given_to_root_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="belongs to root"):
        account_for(tmp_path)


def test_ordinary_user_runs_the_server_as_himself(
    strangers_folder: Path,
    start: Callable[..., Command],
    answer: Callable[[Command], dict[str, str]],
    servers: Callable[[Path], list[psutil.Process]],
    as_nobody: dict[str, object],
) -> None:
    home = strangers_folder / "home"
    before = modes(strangers_folder)

    found = answer(start(home, **as_nobody))

    with psycopg.connect(found["owner_url"]) as connection:
        connection.execute("CREATE TABLE proof ()")
    assert {process.info["uids"].real for process in servers(home)} == {as_nobody["user"]}
    assert modes(strangers_folder) == before


def test_ordinary_user_with_a_very_long_path_gets_a_short_socket(
    strangers_folder: Path,
    start: Callable[..., Command],
    answer: Callable[[Command], dict[str, str]],
    as_nobody: dict[str, object],
) -> None:
    home = strangers_folder / ("long-" * 40) / ("longer-" * 30)

    with psycopg.connect(answer(start(home, **as_nobody))["runtime_url"]) as connection:
        sockets = Path(connection.info.host)

    assert len(str(sockets)) < 60
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert sockets.stat().st_uid == as_nobody["user"]


def test_socket_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    me = Account(os.geteuid(), os.getegid())
    folder = socket_folder(tmp_path / ("long-" * 40), me)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)

    with pytest.raises(DatabaseUnavailable, match="was made by somebody else"):
        make_socket_folder(folder, me)

    folder.unlink()
    make_socket_folder(folder, me)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Binaries:
    """The programs as they are copied for another user."""
    stranger = Account(os.geteuid() + 1, os.getegid() + 1)
    old_mask = os.umask(0o077)
    try:
        return binaries_for(stranger, tmp_path_factory.mktemp("copies") / "shared")
    finally:
        os.umask(old_mask)


def test_copied_programs_run_and_are_open_to_all(copied: Binaries) -> None:
    version = subprocess.run([copied.program("initdb"), "--version"], check=True, capture_output=True, text=True)

    assert version.stdout.startswith("initdb (PostgreSQL) 18")
    paths = [copied.root.parent, copied.root, *copied.root.rglob("*")]
    assert all(path.stat().st_mode & 0o004 for path in paths)
    assert all(path.stat().st_mode & 0o001 for path in paths if path.is_dir())
    assert [path.name for path in copied.root.parent.iterdir() if path.name != ".copying.lock"] == [copied.root.name]


def test_damaged_copy_is_made_again(copied: Binaries) -> None:
    for name in ("initdb", "postgres"):
        copied.program(name).write_bytes(b"")

    again = binaries_for(Account(os.geteuid() + 1, os.getegid() + 1), copied.root.parent)

    assert again == copied
    assert copied.program("initdb").stat().st_size > 0
    assert (copied.root / "COMPLETE").is_file()
