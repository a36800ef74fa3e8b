"""`tallybook serve`: where it listens, that it answers, and that it ends."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection

import psutil
import pytest
from tests.conftest import Ran, TestDatabase
from tests.sessions import end_sessions

from tallybook.database.queries import number

Run = Callable[..., Ran]
Start = Callable[..., "Served"]
PATIENCE_SECONDS = 60
END_SECONDS = 10


class Served:
    """A console that is being served."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process = process
        told = re.fullmatch(r"Serving on http://127\.0\.0\.1:(\d+) \(stop with Ctrl-C\)\.\n", process.stdout.readline())
        assert told is not None, process.communicate()
        self.port = int(told[1])

    def get(self, path: str, host: str = "localhost") -> tuple[int, str]:
        """The answer, as soon as somebody listens."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
            try:
                connection.request("GET", path, headers={"Host": host})
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except ConnectionRefusedError:
                assert self.process.poll() is None, self.process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            finally:
                connection.close()

    def workers(self, count: int) -> list[psutil.Process]:
        """The worker processes, once there are so many."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found := psutil.Process(self.process.pid).children(recursive=True)) != count:
            assert time.monotonic() < deadline, found
            time.sleep(0.05)
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(command_environment: dict[str, str]) -> Iterator[Start]:
    """Serves with these options; nothing is left running."""
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str) -> Served:
        command = [sys.executable, "-m", "tallybook", "serve", "--port", str(free_port()), *options]
        process = subprocess.Popen(command, env=command_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return Served(process)

    yield start
    for process in processes:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("count", [1, 2])
def test_it_serves_with_so_many_workers_and_ends_when_told(serve: Start, count: int) -> None:
    served = serve("--workers", str(count))
    assert served.get("/healthz") == (200, "ok")
    assert served.get("/readyz") == (200, "ok")
    workers = served.workers(count)
    began = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    _, err = served.process.communicate(timeout=PATIENCE_SECONDS)
    assert time.monotonic() - began < END_SECONDS
    assert (served.process.returncode, "Traceback" in err) == (0, False)
    assert psutil.wait_procs(workers, timeout=END_SECONDS)[1] == []


@pytest.mark.parametrize("said", ["", "https://bills.example"])
def test_links_say_the_port_that_is_served_unless_an_address_is_set(
    command_environment: dict[str, str], serve: Start, said: str
) -> None:
    if said:
        command_environment["TALLYBOOK_PUBLIC_URL"] = said
    served = serve("--workers", "1")
    host = said.removeprefix("https://") or "localhost"
    status, described = served.get("/api/v1/openapi.json", host)
    told = json.loads(described)["servers"] if status == HTTPStatus.OK else described
    assert told == [{"url": f"{said or f'http://localhost:{served.port}'}/api/v1"}]


def test_it_is_ready_again_after_its_connections_died(serve: Start, database: TestDatabase) -> None:
    served = serve("--workers", "1")
    # More than there are threads, so that each has a connection and keeps it.
    with ThreadPoolExecutor(max_workers=20) as clients:
        assert set(clients.map(served.get, ["/readyz"] * 60)) == {(200, "ok")}
    for _ in range(2):
        assert end_sessions(database.superuser_url, "", spared=own_session()) >= 1
        with ThreadPoolExecutor(max_workers=20) as clients:
            assert set(clients.map(served.get, ["/readyz"] * 40)) == {(200, "ok")}
    served.process.terminate()
    _, err = served.process.communicate(timeout=PATIENCE_SECONDS)
    assert "Traceback" not in err


def own_session() -> int:
    """The process that serves this process's connection."""
    return number("SELECT pg_backend_pid()")


def test_it_ends_with_ctrl_c(serve: Start) -> None:
    served = serve("--workers", "1")
    assert served.get("/healthz") == (200, "ok")
    served.process.send_signal(signal.SIGINT)
    _, err = served.process.communicate(timeout=END_SECONDS)
    assert "Traceback" not in err
    assert served.process.returncode in (0, 130)


def test_a_second_one_on_the_same_port_is_told_clearly(serve: Start, run: Run) -> None:
    served = serve("--workers", "1")
    done = run("serve", "--port", str(served.port))
    assert (done.status, done.out) == (2, "")
    assert done.err == f"tallybook: Port {served.port} is taken by another program. Choose another with --port.\n"
    assert served.get("/healthz") == (200, "ok")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "tallybook.example"])  # noqa: S104 - which is refused
def test_other_machines_may_not_reach_it_over_plain_http(run: Run, host: str) -> None:
    done = run("serve", "--host", host, "--port", str(free_port()))
    assert (done.status, done.out) == (2, "")
    assert f"Listening on {host} would let people sign in over plain http" in done.err
    assert done.err.count("\n") == 1


def test_an_address_that_is_not_ours_is_told_clearly(run: Run) -> None:
    done = run("serve", "--host", "192.0.2.1", "--port", str(free_port()), TALLYBOOK_PUBLIC_URL="https://bills.example")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("tallybook: Cannot listen on 192.0.2.1 port ")
    assert "Traceback" not in done.err
