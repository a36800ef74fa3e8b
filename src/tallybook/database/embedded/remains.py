"""What an earlier server has left: its processes for a moment, its pid file for ever.

All processes of a server share the lock on its data folder (they inherit the descriptor). So whoever gets that lock knows that
none of them lives, whatever number the pid file names: after a restart of the machine it may be anybody's.
"""

import os
from contextlib import suppress
from pathlib import Path

from tallybook.database.embedded.locks import alone, closing_descriptor, open_folder, try_alone
from tallybook.errors import DatabaseUnavailable

PID_FILE = "postmaster.pid"


def wait_for_former_server(data: Path, *, seconds: float) -> None:
    """Waits until the last process of an earlier server has ended, one that lost its keeper for instance."""
    with suppress(FileNotFoundError), closing_descriptor(open_folder(data)) as folder:
        if not alone(folder, seconds=seconds):
            raise DatabaseUnavailable(
                f"An earlier server on {data} has not ended within {seconds:.0f} seconds: "
                "end its processes (see postmaster.pid there) and try again."
            )


def take_data(data: Path) -> int:
    """Opens the data folder for a new server, clears the pid file away, and gives the descriptor with the lock taken."""
    folder = open_folder(data)
    if not try_alone(folder):
        raise DatabaseUnavailable(f"Another server works on {data}: try again when it has ended.")
    pid = _named_pid(folder)
    if pid is not None and _works_in(pid, folder):
        raise DatabaseUnavailable(
            f"A server that Tallybook did not start works on {data}, process {pid}: stop it with pg_ctl stop and try again."
        )
    with suppress(FileNotFoundError):
        os.unlink(PID_FILE, dir_fd=folder)
    return folder


def _named_pid(folder: int) -> int | None:
    try:
        file = os.open(PID_FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return None
    with os.fdopen(file, errors="replace") as lines:
        number = lines.readline().strip()
    return int(number) if number.isdecimal() else None


def _works_in(pid: int, folder: int) -> bool:
    """Whether this process is a server of this folder: PostgreSQL makes the data folder its working directory."""
    try:
        return os.path.samestat(Path(f"/proc/{pid}/cwd").stat(), os.fstat(folder))
    except OSError:
        return False
