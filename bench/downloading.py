"""How long the download of a report takes, and how much memory the server takes for it."""

import http.client
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from urllib.parse import urlencode

from bench.browser import Browser
from bench.installation import Installation
from bench.processes import watched
from bench.table import Figure, megabytes, print_figures, seconds
from tallybook.audit.acting import Actor
from tallybook.reports.choice import Choice
from tallybook.subscriptions.models import Role
from tallybook.subscriptions.people import create_user, grant_role
from tallybook.usage.months import month_before, month_text

_EMAIL, _PASSWORD = "owner@bench.example", "a password that lives for minutes"
_STARTING_SECONDS = 60
_STOPPING_SECONDS = 60
_WARMING_UP = 8
_GROWTH = "< 50 MB"


def measure_downloading(installation: Installation, choice: Choice, digest: bytes) -> None:
    """Download a large report from a real server, and see that it is the one with this digest."""
    grant_role(choice.subscription, create_user(_EMAIL, _PASSWORD), Role.OWNER, actor=Actor.operator("bench"))
    with serving(installation) as (port, pid):
        browser = Browser(port)
        browser.sign_in(_EMAIL, _PASSWORD)
        # What first downloads bring along (modules, connections) is not what a large one takes: these are empty.
        for _ in range(_WARMING_UP):
            browser.download(_path(choice, *[month_before(choice.first_month)] * 2))
        with watched(pid) as watch:
            download = browser.download(_path(choice, choice.first_month, choice.last_month))
        after_bytes = watch.now_bytes()
    if download.sha256 != digest:
        raise RuntimeError("What was downloaded is not what was built.")
    print_figures(
        f"Download of that report over HTTP from `tallybook serve` with 2 workers: {megabytes(download.size_bytes)}",
        [
            Figure("Time until the last byte", seconds(download.last_seconds)),
            Figure("Time until the first byte, the report having been built", seconds(download.first_seconds)),
            Figure("Memory of the server before", megabytes(watch.before_bytes)),
            Figure("Its growth at the peak", megabytes(watch.peak_bytes - watch.before_bytes), _GROWTH),
            Figure("Its growth afterwards", megabytes(after_bytes - watch.before_bytes)),
        ],
    )


def _path(choice: Choice, first: date, last: date) -> str:
    query = urlencode({"from": month_text(first), "to": month_text(last)})
    return f"/subscriptions/{choice.subscription.id}/usage/export/download?{query}"


@contextmanager
def serving(installation: Installation) -> Iterator[tuple[int, int]]:
    """A server on a free port: the port, and the process's id."""
    port = _free_port()
    with (installation.folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            installation.command("serve", "--port", str(port)), env=installation.environment, stdout=log, stderr=log
        )
        try:
            _wait_until_ready(port)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(_STOPPING_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + _STARTING_SECONDS
    while not _is_ready(port):
        if time.monotonic() > deadline:
            raise RuntimeError(f"The server was not ready after {_STARTING_SECONDS} seconds.")
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
