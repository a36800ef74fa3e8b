"""Holding the server: what every command does first.

Three locks, taken in this order, so that nobody waits in a circle:
- `starting`, alone, while a command looks for the server and starts it where there is none;
- `holders`, shared, for the life of the command and of all processes forked from it. The keeper takes it alone when it
  stops the server and until it has ended, so a command that comes then waits here and starts afresh;
- `keeper`, alone, by the keeper for its life. The command that starts a keeper takes the lock for it, and hands the
  descriptor over: so there is no moment in which a second keeper could be started.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from tallybook.database.embedded.accounts import Account, account_for
from tallybook.database.embedded.cluster import check_version
from tallybook.database.embedded.layout import Layout
from tallybook.database.embedded.locks import alone, closing_descriptor, is_free, open_lock, share, try_alone
from tallybook.database.embedded.log import complaint, open_log
from tallybook.database.embedded.passwords import make_passwords, read_passwords
from tallybook.database.embedded.remains import wait_for_former_server
from tallybook.database.embedded.server import Answer, EmbeddedServer, addressed, ask
from tallybook.database.embedded.sockets import make_socket_folder, socket_folder
from tallybook.errors import DatabaseUnavailable

SILENCE_SECONDS = 30.0  # for a server of which nothing is heard
PATIENCE_SECONDS = 600.0  # for one that says it is at work: making the cluster, or recovering after a crash
STOP_SECONDS = 120.0  # for one that is being stopped
ASK_AGAIN_SECONDS = 0.03
ATTEMPTS = 2  # since a keeper that was found, or started, may be killed while we wait for its server

_held: dict[Path, tuple[int, EmbeddedServer]] = {}
_guard = threading.Lock()


def hold(home: Path) -> EmbeddedServer:
    """Gives the running server of this home, and keeps it running as long as this process lives or any forked from it.

    Makes the cluster on the first call, which takes some seconds. Calling again gives the same server.

    Raises:
        DatabaseUnavailable: The server cannot be had; the text says why and what to do.
    """
    layout = Layout.below(home)
    with _guard:
        if layout.folder not in _held:
            _held[layout.folder] = _take(layout)
        return _held[layout.folder][1]


def release(home: Path | None = None) -> None:
    """Gives up the server of this home, or of all homes, before the process ends. It stops when nobody else holds it."""
    with _guard:
        for folder in list(_held) if home is None else [Layout.below(home).folder]:
            if folder in _held:
                descriptor, _ = _held.pop(folder)
                os.close(descriptor)


def _take(layout: Layout) -> tuple[int, EmbeddedServer]:
    layout.check()
    check_version(layout)
    layout.make()
    try:
        with closing_descriptor(open_lock(layout.starting_lock)) as starting, ExitStack() as on_failure:
            if not alone(starting, seconds=PATIENCE_SECONDS):
                raise DatabaseUnavailable(f"Another command has been starting the database in {layout.folder} for minutes.")
            holder = open_lock(layout.holders_lock)
            on_failure.callback(os.close, holder)
            server = _take_in_turn(layout, holder)
            on_failure.pop_all()
            return holder, server
    except OSError as error:
        raise DatabaseUnavailable(
            f"The database folder {layout.folder} cannot be used ({error.strerror}): "
            "make room there, or mend its rights, and try again."
        ) from error


def _take_in_turn(layout: Layout, holder: int) -> EmbeddedServer:
    if not share(holder, seconds=STOP_SECONDS):
        raise DatabaseUnavailable(
            f"The database in {layout.folder} has been stopping for {STOP_SECONDS:.0f} seconds: see its log {layout.log}."
        )
    os.utime(holder)  # shows the keeper that somebody came, even if he goes before it looks
    if not layout.data.exists():
        make_passwords(layout.passwords)
    account = account_for(layout.data)
    sockets = socket_folder(layout.folder, account)
    server = addressed(layout.data, sockets, read_passwords(layout.passwords))
    log_bytes = layout.log.stat().st_size if layout.log.exists() else 0
    for _ in range(ATTEMPTS):
        _start_keeper(layout, sockets, account)
        if _wait_until_ready(server, layout, log_bytes):
            return server
    raise DatabaseUnavailable(
        f"PostgreSQL could not be started ({complaint(layout.log, log_bytes)}): see its log {layout.log}."
    )


def _start_keeper(layout: Layout, sockets: Path, account: Account) -> None:
    """Starts a keeper unless there is one, and sees in any case to the folder over which we shall send a password."""
    with closing_descriptor(open_lock(layout.keeper_lock)) as lock:
        free = try_alone(lock)
        make_socket_folder(sockets, account)
        if free:
            wait_for_former_server(layout.data, seconds=STOP_SECONDS)
            with closing_descriptor(open_log(layout.log)) as log:
                _run_keeper(layout, lock, log)


def _run_keeper(layout: Layout, lock: int, log: int) -> None:
    """Starts the keeper, which takes neither our lock nor our working folder with it, nor modules out of that folder (-P)."""
    subprocess.run(
        [sys.executable, "-P", "-m", "tallybook.database.embedded.keeper", layout.folder, str(lock)],
        cwd="/",
        pass_fds=(lock,),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        check=False,
    )


def _wait_until_ready(server: EmbeddedServer, layout: Layout, log_bytes: int) -> bool:
    """Waits until the server lets us in; False when there is no keeper any more."""
    began = heard = time.monotonic()
    while (answer := ask(server)) is not Answer.READY:
        if is_free(open_lock(layout.keeper_lock)):
            return False
        now = time.monotonic()
        if answer is Answer.BUSY or not layout.data.exists():
            heard = now
        if now - heard > SILENCE_SECONDS or now - began > PATIENCE_SECONDS:
            raise DatabaseUnavailable(
                f"PostgreSQL has not answered for {now - heard:.0f} seconds "
                f"({complaint(layout.log, log_bytes)}): see its log {layout.log}."
            )
        time.sleep(ASK_AGAIN_SECONDS)
    return True
