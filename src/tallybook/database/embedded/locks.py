"""Advisory locks on files (flock).

Such a lock belongs to the open descriptor and to all copies of it: a forked process shares it, and it goes by itself
with the last process that has it, however that ended. So a lock is given back by closing, never by LOCK_UN, which would
take it from every other process that shares the descriptor.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE_SECONDS = 0.02


def open_lock(path: Path) -> int:
    """Opens a lock file without taking the lock. The descriptor is not handed on to programs that are started."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def open_folder(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


@contextmanager
def closing_descriptor(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def try_alone(descriptor: int) -> bool:
    return _try(descriptor, fcntl.LOCK_EX)


def share(descriptor: int, *, seconds: float) -> bool:
    """Waits for a shared lock; False when it was not to be had in time."""
    return _wait(descriptor, fcntl.LOCK_SH, seconds)


def alone(descriptor: int, *, seconds: float) -> bool:
    """Waits for an exclusive lock; False when it was not to be had in time."""
    return _wait(descriptor, fcntl.LOCK_EX, seconds)


def give_way(descriptor: int) -> None:
    """Gives back a lock that nobody else shares, keeping the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def is_free(descriptor: int) -> bool:
    """Whether nobody holds the lock, told by closing the descriptor after a try."""
    with closing_descriptor(descriptor):
        return try_alone(descriptor)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(descriptor: int, kind: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not _try(descriptor, kind):
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True
