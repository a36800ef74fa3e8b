"""A real `tallybook serve` for calls of report links, with its worker processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from tests.conftest import TestDatabase, command_variables
from tests.proxies import await_port, free_port
from tests.sessions import wait_until

PACE_SECONDS = 2
Serve = Callable[..., "LinkServer"]
_ENDED_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class LinkServer:
    """A server that runs."""

    port: int
    pid: int
    worker_count: int
    home: Path
    log: Path

    def workers(self) -> list[psutil.Process]:
        """The worker processes, once there are as many as there should be."""
        wait_until(lambda: len(self._children()) == self.worker_count)
        return self._children()

    def worker_of(self, client_port: int) -> psutil.Process:
        """The worker that accepted the connection from this port."""
        wait_until(lambda: len(self._holders(client_port)) == 1)
        return self._holders(client_port)[0]

    def _holders(self, client_port: int) -> list[psutil.Process]:
        return [
            worker
            for worker in self.workers()
            if any(one.raddr and one.raddr.port == client_port for one in worker.net_connections("tcp"))
        ]

    def _children(self) -> list[psutil.Process]:
        return [one for one in psutil.Process(self.pid).children() if one.status() != psutil.STATUS_ZOMBIE]


@contextmanager
def serving(
    database: TestDatabase, folder: Path, *, workers: int = 2, program: tuple[str, ...] = ("-m", "tallybook"), **variables: str
) -> Iterator[LinkServer]:
    """Serve a database of the tests.

    Args:
        database: where the links are.
        folder: for the server's home and its log.
        workers: number of processes.
        program: what Python runs; called like `tallybook`.
        variables: settings beside the usual ones.
    """
    port, home, log = free_port(), folder / "home", folder / "server.log"
    environment = command_variables(database, home) | {
        # The same as in this process, where the tests make keys.
        "TALLYBOOK_KEY_PEPPERS": ",".join(settings.INSTALLATION.peppers),
        "TALLYBOOK_LINK_PACE_SECONDS": str(PACE_SECONDS),
        **variables,
    }
    command = [sys.executable, *program, "serve", "--port", str(port), "--workers", str(workers)]
    with log.open("wb") as output, subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process:
        try:
            await_port(port, process, log)
            yield LinkServer(port, process.pid, workers, home, log)
        finally:
            process.terminate()
            process.wait(_ENDED_WITHIN_SECONDS)


@pytest.fixture(scope="session")
def link_server(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LinkServer]:
    """One server with two workers for all tests that leave it as it is."""
    with serving(database, tmp_path_factory.mktemp("link-server")) as server:
        yield server


@pytest.fixture
def serve_links(database: TestDatabase, tmp_path: Path) -> Iterator[Serve]:
    """Starts a server of the test's own. Options: those of `serving`."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(serving(database, tmp_path, **options))
