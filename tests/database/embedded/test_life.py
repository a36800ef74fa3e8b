"""How long a server lives: as long as somebody holds it, whatever happens to whom."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tallybook.database.embedded import hold, release
from tallybook.database.embedded.log import LARGEST_BYTES

pytestmark = pytest.mark.usefixtures("stopped")  # there is a cluster, so that not every test has to make one

Command = subprocess.Popen[str]
Start = Callable[..., Command]
Answer = Callable[[Command], dict[str, str]]
Eventually = Callable[..., float]
Processes = Callable[[Path], list[psutil.Process]]

# Forks twice while it holds: the first child gives up what it holds, the second one holds on. Both say their numbers.
FORKING = """
import os, sys, time
from pathlib import Path
from tallybook.database.embedded import hold, release
hold(Path(sys.argv[1]))
for give_up in (True, False):
    if os.fork() == 0:
        if give_up:
            release()
        os.write(1, b"%d\\n" % os.getpid())  # at once: both of them write here
        break
time.sleep(600)
"""


def keep_a_payment(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE payment AS SELECT 4711 AS amount")


def payment(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT amount FROM payment").fetchone()
    assert row is not None
    return int(row[0])


def began(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()
    assert row is not None
    return str(row[0])


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def test_killed_command_leaves_no_server_and_loses_nothing(
    home: Path, start: Start, answer: Answer, eventually: Eventually, servers: Processes
) -> None:
    command = start()
    keep_a_payment(answer(command)["owner_url"])
    assert servers(home)

    command.kill()

    assert eventually(lambda: not servers(home)) < 5
    assert payment(hold(home).owner_url) == 4711


def test_server_serves_the_others_when_one_command_is_killed(start: Start, answer: Answer) -> None:
    first, second = start(), start()
    url = answer(first)["superuser_url"]
    before = began(url)
    assert answer(second)["superuser_url"] == url

    first.kill()
    time.sleep(3)

    assert began(url) == before


def test_row_of_commands_keeps_one_server(home: Path, start: Start, answer: Answer) -> None:
    starts = set()
    for _ in range(3):
        command = start(home)
        starts.add(began(answer(command)["superuser_url"]))
        command.communicate()
        time.sleep(0.3)  # the next one takes its time to start, too

    assert len(starts) == 1


def test_killed_keeper_takes_its_server_along(
    home: Path, start: Start, answer: Answer, keepers: Processes, servers: Processes
) -> None:
    keep_a_payment(hold(home).owner_url)
    processes = servers(home)

    kill(keepers(home))

    _, alive = psutil.wait_procs(processes, timeout=5)
    assert not alive
    assert payment(answer(start())["owner_url"]) == 4711


def test_command_that_comes_while_the_server_of_a_killed_keeper_stops_gets_a_new_one(
    home: Path, start: Start, answer: Answer, keepers: Processes
) -> None:
    before = began(answer(start())["superuser_url"])
    for _ in range(3):
        kill(keepers(home))
        now = began(answer(start())["superuser_url"])
        assert now > before
        before = now
    assert len(keepers(home)) == 1


def test_everything_killed_at_once_recovers(home: Path, keepers: Processes, servers: Processes) -> None:
    keep_a_payment(hold(home).owner_url)
    release(home)

    kill(keepers(home) + servers(home))

    assert payment(hold(home).owner_url) == 4711


def test_command_that_comes_while_the_keeper_stops_waits_and_starts_afresh(home: Path, keepers: Processes) -> None:
    keep_a_payment(hold(home).owner_url)
    for step in range(8):
        release(home)
        keepers(home)[0].send_signal(signal.SIGTERM)
        time.sleep(step * 0.05)
        assert payment(hold(home).owner_url) == 4711
    assert len(keepers(home)) == 1


def test_keeper_that_is_told_to_stop_waits_for_the_command_but_does_not_linger(
    home: Path, eventually: Eventually, keepers: Processes, servers: Processes
) -> None:
    server = hold(home)
    keepers(home)[0].send_signal(signal.SIGTERM)
    time.sleep(1)
    assert began(server.superuser_url)

    release(home)

    assert eventually(lambda: not servers(home)) < 1.5


def test_interrupt_at_the_terminal_is_not_for_the_keeper(home: Path, keepers: Processes) -> None:
    hold(home)
    (keeper,) = keepers(home)

    sessions = {os.getsid(process.pid) for process in (keeper, *keeper.children())}

    assert len(sessions) == 1
    assert os.getsid(0) not in sessions


def test_lock_of_the_command_is_neither_the_keepers_nor_the_servers(home: Path, keepers: Processes) -> None:
    hold(home)
    (keeper,) = keepers(home)
    (server,) = keeper.children()
    lock = home / "postgresql" / "holders.lock"

    def holds(process: psutil.Process) -> int:
        return [file.path for file in process.open_files()].count(str(lock))

    assert holds(keeper) == 1  # its own, for looking whether anybody holds
    assert holds(server) == 0
    assert holds(psutil.Process()) == 1


def test_last_forked_process_keeps_the_server(home: Path, eventually: Eventually, servers: Processes) -> None:
    with subprocess.Popen([sys.executable, "-c", FORKING, home], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            children = [psutil.Process(int(parent.stdout.readline())) for _ in range(2)]
        finally:
            parent.kill()
        time.sleep(3)
        alive = bool(servers(home))
        kill(children)

    assert alive
    eventually(lambda: not servers(home))


def test_pid_files_that_name_a_living_stranger_are_no_hindrance(home: Path, keepers: Processes, servers: Processes) -> None:
    server = hold(home)
    keep_a_payment(server.owner_url)
    owner = server.data_folder.stat().st_uid
    release(home)
    kill(keepers(home) + servers(home))
    socket_folder = Path(str(conninfo_to_dict(server.runtime_url)["host"]))
    options = {"user": owner} if owner != os.geteuid() else {}
    with subprocess.Popen(["/bin/sleep", "60"], **options) as stranger:  # type: ignore[call-overload]  # they are Popen's
        for pid_file in (server.data_folder / "postmaster.pid", socket_folder / ".s.PGSQL.5432.lock"):
            lines = pid_file.read_text().splitlines()
            pid_file.write_text("\n".join([str(stranger.pid), *lines[1:], ""]))

        assert payment(hold(home).owner_url) == 4711
        assert stranger.poll() is None
        stranger.kill()


def test_log_is_bounded_and_goes_on(home: Path, eventually: Eventually) -> None:
    server = hold(home)
    log = home / "postgresql" / "server.log"
    with log.open("ab") as file:
        file.write(b"x" * LARGEST_BYTES)

    eventually(lambda: log.stat().st_size < LARGEST_BYTES)
    with psycopg.connect(server.superuser_url) as connection, pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT 1 / 0")

    assert "division by zero" in log.read_text()
    assert log.with_name("server.log.1").stat().st_size > LARGEST_BYTES
