"""Starting PostgreSQL's programs as the right user, so that they end with whoever started them."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from tallybook.database.embedded.accounts import Account, name_of
from tallybook.errors import DatabaseUnavailable

PR_SET_PDEATHSIG = 1
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

_libc = ctypes.CDLL(None, use_errno=True)


def start(
    command: Sequence[str | Path],
    account: Account,
    at_our_death: signal.Signals,
    *,
    keep: Sequence[int],
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Starts a program as this user with these descriptors; what it complains about goes where our complaints go.

    Only for a process with a single thread, since a Python function runs between fork and exec.
    """
    other = not account.is_self
    try:
        return subprocess.Popen(
            command,
            cwd="/",
            env=ENVIRONMENT,
            pass_fds=keep,
            preexec_fn=_ends_with(os.getpid(), at_our_death),  # noqa: PLW1509  # the keeper has one thread
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            user=account.uid if other else None,
            group=account.gid if other else None,
            extra_groups=() if other else None,
        )
    except OSError as error:
        raise DatabaseUnavailable(
            f"{command[0]} cannot be started as the user {name_of(account.uid)} ({error.strerror}): "
            "every folder above it must be open to that user (chmod o+x)."
        ) from error


def run(command: Sequence[str | Path], account: Account, *, keep: Sequence[int], text: str = "") -> None:
    """Runs a program to its end with this text as its input; it does not outlive us."""
    process = start(command, account, signal.SIGKILL, keep=keep, stdin=subprocess.PIPE)
    process.communicate(text.encode())
    if process.returncode != 0:
        raise DatabaseUnavailable(f"{Path(command[0]).name} ended with status {process.returncode}")


def _ends_with(parent: int, signal_number: signal.Signals) -> Callable[[], None]:
    """What a child does before it becomes another program: asks to be signalled when its parent ends.

    The kernel forgets that wish when the user changes, so it is made after that (subprocess calls this last). And a parent that
    ended before the wish was made is noticed by its number.
    """

    def prepare() -> None:
        if _libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(1)

    return prepare
