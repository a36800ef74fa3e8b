"""A real server and a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Download, Page
from tests.conftest import PASSWORD

Open = Callable[..., Page]
WIDTHS = (360, 1280, 1920)
AXE_WIDTH = 1280
# Tables of which a narrow window leaves out a head and not its cells, or the other way round.
_UNEVEN_TABLES = """() => {
    const columns = (row) => [...row.cells].filter((cell) => getComputedStyle(cell).display !== "none")
        .reduce((sum, cell) => sum + cell.colSpan, 0);
    return [...document.querySelectorAll("table")]
        .map((table) => [table.tHead, ...table.tBodies, table.tFoot].map((part) => part?.rows[0]).filter(Boolean).map(columns))
        .filter((counts) => new Set(counts).size > 1);
}"""
# Pixels: a few lines.
HIGHEST_HEAD = 120
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_STARTED_WITHIN_SECONDS = 60


@contextmanager
def served(variables: dict[str, str]) -> Iterator[str]:
    """The console as a process of its own on a free port; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # The socket is handed over, so that nobody else can take the port meanwhile.
        descriptor = listener.fileno()
        arguments = ["--bind", f"fd://{descriptor}", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        address = f"http://localhost:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments, "tallybook.config.wsgi"],
            env={"TALLYBOOK_PUBLIC_URL": address} | variables,
            pass_fds=[descriptor],
        )
    try:
        _wait(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as response:  # noqa: S310 - our own address
                assert response.read() == b"ok"
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def chromium() -> str:
    """Where the browser is."""
    for name in (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    pytest.fail("The browser tests need Chromium: apt-get install chromium", pytrace=False)


def sign_in(page: Page, address: str, email: str) -> None:
    """From the address of a page over the sign-in to that page."""
    page.goto(address)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def delivered(download: Download) -> bytes:
    """What the browser has saved."""
    return Path(download.path()).read_bytes()


class Complaints:
    """What the browser's console says of a page, violations of the content security policy among it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.forgiven = ""
        """Part of the complaints that the test provokes."""

    @property
    def unforgiven(self) -> list[str]:
        return [complaint for complaint in self.heard if not self.forgiven or self.forgiven not in complaint]

    def listen(self, page: Page) -> None:
        page.on("console", lambda message: self.heard.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("requestfailed", self._note_failure)

    def _note_failure(self, request: object) -> None:
        failure = getattr(request, "failure", "")
        # A download ends the navigation that asked for it, and a newer choice the counting of an older one.
        if failure not in ("net::ERR_ABORTED", None):
            self.heard.append(f"{getattr(request, 'url', '')}: {failure}")


def visit(page: Page, path: str, expected: int = 200) -> None:
    origin = page.evaluate("location.origin")
    response = page.goto(origin + path)
    assert response is not None
    assert response.status == expected
    fits(page)


def fits(page: Page) -> None:
    """The page is not wider than the window, at every width, and axe finds nothing that keeps somebody out, in both themes."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, width)
        # A column that is too narrow for its words would be broken letter by letter.
        heads = page.locator("thead th").evaluate_all("heads => Math.max(0, ...heads.map(head => head.offsetHeight))")
        assert heads <= HIGHEST_HEAD, (page.url, width, heads)
        assert page.evaluate(_UNEVEN_TABLES) == [], (page.url, width)
    # At one width, the narrowest that shows all columns: of its rules none is about width, and it takes a second.
    page.set_viewport_size({"width": AXE_WIDTH, "height": 800})
    _keeps_nobody_out(page, "light")
    # A theme changes colours only.
    _keeps_nobody_out(page, "dark", {"runOnly": ["color-contrast"]})


def _keeps_nobody_out(page: Page, scheme: Literal["light", "dark"], options: dict[str, object] | None = None) -> None:
    # Without motion, so that no colour is looked at while it changes.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    # To have each node that passes told takes as long as to look at them.
    found = Axe().run(page, options={"resultTypes": ["violations"]} | (options or {}))
    assert found.response["passes"]
    assert found.violations_count == 0, (page.url, scheme, found.generate_report())
