"""The server's log: one file and its predecessor, bounded in size."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

LARGEST_BYTES = 8 * 1024 * 1024
TAIL_BYTES = 16 * 1024

_PREFIX = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] ")
_GRAVE = re.compile(r"\b(FATAL|PANIC|ERROR|error): ")
# What whoever asks meanwhile is told; never the reason of anything.
_PASSING = re.compile(r"FATAL: +the database system is ")


def open_log(path: Path) -> int:
    """Opens the log for appending, which is what allows to empty it while the server writes."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def bound_log(path: Path) -> None:
    """Moves the content to the predecessor when there is too much of it; the server keeps its descriptor."""
    # A full disk or a file that somebody removed is no reason to let the server down.
    with suppress(OSError):
        if path.stat().st_size > LARGEST_BYTES:
            with suppress(OSError):
                shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)


def complaint(path: Path, since_bytes: int) -> str:
    """The first line that tells of a failure, else the last line, of what was written since the log was that long."""
    try:
        lines = _tail(path, since_bytes)
    except OSError as error:
        return f"the log cannot be read: {error.strerror}"
    grave = [line for line in lines if _GRAVE.search(line) and not _PASSING.search(line)]
    return _PREFIX.sub("", (grave[:1] or lines[-1:] or ["nothing was written"])[0])


def _tail(path: Path, since_bytes: int) -> list[str]:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - TAIL_BYTES, since_bytes if since_bytes <= size else 0))
        text = file.read().decode(errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip()]
