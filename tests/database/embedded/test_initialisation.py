"""Making the cluster: whole, or as if it had not been tried."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from tallybook.database.embedded import hold

Command = subprocess.Popen[str]


def unfinished(home: Path, sign: str) -> bool:
    """Whether the making has got as far as this file."""
    return any((home / "postgresql").glob(f".initialising-*/{sign}"))


@pytest.mark.parametrize("sign", ["PG_VERSION", "global/pg_control", "base/5", "postmaster.pid"])
def test_kill_in_the_middle_leaves_nothing_that_counts_as_a_cluster(
    home: Path,
    start: Callable[..., Command],
    eventually: Callable[..., float],
    keepers: Callable[[Path], list[psutil.Process]],
    sign: str,
) -> None:
    command = start()
    eventually(lambda: unfinished(home, sign))
    command.kill()
    for keeper in keepers(home):
        with suppress(psutil.NoSuchProcess):
            keeper.kill()
    assert not (home / "postgresql" / "data").exists()

    server = hold(home)

    with psycopg.connect(server.owner_url) as connection:
        connection.execute("CREATE TABLE proof ()")


def test_killed_command_does_not_stop_the_making(
    home: Path, start: Callable[..., Command], eventually: Callable[..., float]
) -> None:
    command = start()
    eventually(lambda: unfinished(home, "PG_VERSION"))
    command.kill()

    server = hold(home)

    assert server.data_folder.is_dir()
    assert not unfinished(home, "")


def test_what_an_interrupted_making_left_is_cleared_away(home: Path, eventually: Callable[..., float]) -> None:
    rest = home / "postgresql" / ".initialising-0815"
    (rest / "base").mkdir(parents=True)

    hold(home)

    eventually(lambda: not rest.exists())
    assert (home / "postgresql" / "data" / "base").is_dir()
