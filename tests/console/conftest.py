import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright
from tests.conftest import TestDatabase
from tests.console.browsing import CHROMIUM_ARGUMENTS, Complaints, Open, chromium, served, sign_in
from tests.console.cast import Browse, Filled, Months, fill

from tallybook.subscriptions.models import Subscription, User

# Long enough for a second call to come too early, short enough to wait for.
PACE_SECONDS = "3"


@pytest.fixture
def filled(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> Filled:
    """A subscription with the usage that `fill` describes."""
    return Filled(subscription, fill(subscription, tmp_path), browse(owner))


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    """Those of the subscription, with the usage that `fill` describes."""
    return fill(subscription, tmp_path)


@pytest.fixture(scope="module")
def pace_seconds() -> str:
    """The pace of report links, of the console that is served."""
    return PACE_SECONDS


@pytest.fixture(scope="module")
def address(database: TestDatabase, tmp_path_factory: pytest.TempPathFactory, pace_seconds: str) -> Iterator[str]:
    """The console of this process's database."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("TALLYBOOK_", "DJANGO_"))}
    variables |= {
        "TALLYBOOK_HOME": str(tmp_path_factory.mktemp("console home")),
        "TALLYBOOK_DATABASE_URL": database.runtime_url,
        # The tests' own, so that they can look into sessions, and into what is encrypted.
        "TALLYBOOK_SECRET_KEY": settings.SECRET_KEY,
        "TALLYBOOK_LINK_PACE_SECONDS": pace_seconds,
    }
    with served(variables) as started:
        yield started


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, in which Django would refuse to ask the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_ARGUMENTS])
        yield started
        started.close()
        # While such a loop runs, Django keeps other connections than without; one left behind would outlive the check of
        # `_connected`, and the next test in a browser would get it even when its session has been ended since.
        connections.close_all()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Whatever the browser complains of fails the test."""
    made = Complaints()
    yield made
    assert made.unforgiven == []


@pytest.fixture
def open_page(browser: Browser, address: str, owner: User, complaints: Complaints) -> Open:
    """Opens an address as the owner of the subscription."""

    def opened(path: str = "/", **options: object) -> Page:
        page = browser.new_context(locale="en-GB", **options).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(15_000)
        complaints.listen(page)
        sign_in(page, address + path, owner.email)
        return page

    return opened
