"""The process that keeps the server: makes the cluster, starts the server, and stops it when nobody holds it any more.

Started by `holding.py` as `python -m tallybook.database.embedded.keeper FOLDER LOCK`, LOCK being the descriptor of the
keeper's lock, already taken. It lives in a session of its own, so that a Ctrl-C at the terminal is not for it, and it
has a single thread. What it and its children complain about goes to the server's log.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tallybook.database.embedded.accounts import Account, account_for
from tallybook.database.embedded.binaries import binaries_for
from tallybook.database.embedded.cluster import make_cluster, remove_unfinished
from tallybook.database.embedded.layout import Layout
from tallybook.database.embedded.locks import give_way, open_lock, try_alone
from tallybook.database.embedded.log import bound_log
from tallybook.database.embedded.remains import take_data
from tallybook.database.embedded.server import start_server, stop_server
from tallybook.database.embedded.sockets import clear_socket_folder, socket_folder
from tallybook.errors import DatabaseUnavailable

POLL_SECONDS = 0.25
LINGER_SECONDS = 2.0
# Whoever is told to stop together with us (a service manager signals all at once) may finish what he is at.
GRACE_SECONDS = 10.0


class Watch:
    """Knows for how long nobody has held the server."""

    def __init__(self, layout: Layout) -> None:
        self._lock = open_lock(layout.holders_lock)
        self._free_since = time.monotonic()
        self._last_taken = 0.0
        self._told_to_stop_at: float | None = None

    def tell_to_stop(self, *_: object) -> None:
        self._told_to_stop_at = time.monotonic()

    def is_over(self) -> bool:
        """Whether to stop now. If nobody holds the server, the lock is kept: whoever comes waits until we have ended."""
        linger_seconds = LINGER_SECONDS if self._told_to_stop_at is None else 0
        if self._is_free() and time.monotonic() - self._free_since >= linger_seconds:
            return True
        give_way(self._lock)
        return self._told_to_stop_at is not None and time.monotonic() - self._told_to_stop_at > GRACE_SECONDS

    def _is_free(self) -> bool:
        free = try_alone(self._lock)
        taken = os.fstat(self._lock).st_mtime
        # A command that came and went between two looks has left its time at the lock.
        if not free or taken != self._last_taken:
            self._free_since, self._last_taken = time.monotonic(), taken
        return free


def keep(layout: Layout, lock: int) -> None:
    """Serves until nobody holds the server."""
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    watch = Watch(layout)
    signal.signal(signal.SIGTERM, watch.tell_to_stop)
    account = account_for(layout.data)
    sockets = socket_folder(layout.folder, account)
    try:
        serve(layout, account, sockets, watch)
    finally:
        with suppress(OSError):
            sockets.rmdir()
        # Given back before the holders' lock, which goes when we end: whoever waited for that one finds no keeper.
        os.close(lock)


def serve(layout: Layout, account: Account, sockets: Path, watch: Watch) -> None:
    """Makes the cluster where there is none, runs the server, and leaves nothing of it but the data."""
    binaries = binaries_for(account)
    remove_unfinished(layout)
    if not layout.data.exists():
        make_cluster(layout, binaries, account)
    data = take_data(layout.data)
    clear_socket_folder(sockets)
    watch_over(start_server(binaries, data, sockets, account), watch, layout)
    clear_socket_folder(sockets)


def watch_over(server: subprocess.Popen[bytes], watch: Watch, layout: Layout) -> None:
    """Returns when the server has ended, on its own or because its time was over."""
    while server.poll() is None:
        bound_log(layout.log)
        if watch.is_over():
            stop_server(server)
        else:
            time.sleep(POLL_SECONDS)


def main() -> None:
    """Leaves the command that started us at once, so that it has no child to wait for, and keeps the server."""
    if os.fork():
        os._exit(0)
    try:
        keep(Layout(Path(sys.argv[1])), int(sys.argv[2]))
    except DatabaseUnavailable as error:
        sys.exit(f"tallybook: {error}")


if __name__ == "__main__":
    main()
