"""Processes that are measured while they run."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil

_LOOK_EVERY_SECONDS = 0.02


class Ran(NamedTuple):
    """How long a process ran, and the most memory that it had."""

    seconds: float
    peak_bytes: int
    out: str


def run_measured(command: list[str], environment: dict[str, str], log: Path) -> Ran:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; the message has what it said.
    """
    began = time.perf_counter()
    peak_bytes = 0
    with log.open("w+") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        # Not the end's resource usage: what is counted there begins with the process from which the command was forked.
        while process.poll() is None:
            peak_bytes = max(peak_bytes, _most_ever_bytes(process.pid))
            time.sleep(_LOOK_EVERY_SECONDS)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {log.read_text()}")
    return Ran(seconds, peak_bytes, log.read_text())


def _most_ever_bytes(pid: int) -> int:
    """The most memory that the process has had until now, as the kernel keeps it (VmHWM); 0 for one that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


class Watch:
    """The memory of a process and its children, looked at again and again. What they share is counted once."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.before_bytes = self.peak_bytes = self.now_bytes()

    def now_bytes(self) -> int:
        total = 0
        for process in (self._process, *self._process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += process.memory_full_info().pss
        return total

    def look(self) -> None:
        self.peak_bytes = max(self.peak_bytes, self.now_bytes())


@contextmanager
def watched(pid: int) -> Iterator[Watch]:
    """Watch the memory of a process and its children while the block runs."""
    watch = Watch(pid)
    done = threading.Event()

    def go_on_looking() -> None:
        while not done.wait(_LOOK_EVERY_SECONDS):
            watch.look()

    thread = threading.Thread(target=go_on_looking, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()
