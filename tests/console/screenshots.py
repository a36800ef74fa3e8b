"""The pictures in docs/images: `make screenshots` takes them anew. No test; pytest finds it only when it is named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.bookkeeping import OPERATOR, customer_ids, take, usage
from tests.conftest import PASSWORD
from tests.console.browsing import sign_in
from tests.console.cast import Months, page_address
from tests.console.link_cast import links_address, make_link, note_call

from tallybook.database.scope import subscription_scope
from tallybook.links.links import pause_link
from tallybook.links.periods import Period
from tallybook.subscriptions.models import Role, Subscription
from tallybook.subscriptions.people import create_user, grant_role
from tallybook.subscriptions.subscriptions import create_subscription

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDTH, HEIGHT = 1280, 860
MOST_BYTES = 200 * 1024
CLERK = "clerk@harbour-it.example"
CUSTOMERS = ("Anchor Ltd", "Bluefin Legal", "Castle Dental", "Dockside Freight", "Elmwood School", "Müller & Söhne")


@pytest.fixture(scope="module")
def pace_seconds() -> str:
    """As it is where nobody has set another."""
    return "300"


@pytest.fixture
def harbour(tmp_path: Path) -> Subscription:
    """A made-up MSP."""
    subscription = create_subscription("Harbour IT Services", "Europe/Malta")
    grant_role(subscription, create_user(CLERK, PASSWORD), Role.BILLING, actor=OPERATOR)
    month = Months(subscription).previous
    take(subscription, [usage(month=month, customer=name) for name in CUSTOMERS], tmp_path)
    return subscription


def test_take_the_pictures(browser: Browser, address: str, harbour: Subscription) -> None:
    page = browser.new_context(locale="en-GB", viewport={"width": WIDTH, "height": HEIGHT}).new_page()
    sign_in(page, address + page_address(harbour), CLERK)
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    page.get_by_role("dialog").get_by_label("Bluefin Legal").check()
    page.get_by_role("dialog").get_by_text("This choice holds 1 row.").wait_for()
    _picture(page, "export-dialog")
    page.goto(address + links_address(harbour, "new/"))
    _fill_in(page)
    _picture(page, "report-link-new", whole=True)
    page.get_by_role("button", name="Create report link").click()
    page.get_by_role("dialog").wait_for()
    _picture(page, "report-link-key")
    page.get_by_role("link", name="I have stored the key").click()
    # The key in the picture opens nothing any more.
    page.get_by_role("link", name="Revoke").click()
    page.get_by_label("Type the link").fill("ConnectWise, monthly billing")
    page.get_by_role("button", name="Revoke this link").click()
    link_id = _make_others(harbour)
    page.goto(address + links_address(harbour))
    _picture(page, "report-links")
    page.goto(address + links_address(harbour, f"{link_id}/"))
    _picture(page, "report-link", whole=True)


def _fill_in(page: Page) -> None:
    page.get_by_label("Name").fill("ConnectWise, monthly billing")
    page.get_by_label("Only these customers").check()
    for name in CUSTOMERS[:2]:
        page.get_by_label(name).check()
    page.get_by_label("Only these addresses").check()
    page.get_by_label("Addresses and networks").fill("203.0.113.24\n198.51.100.0/24")


def _make_others(harbour: Subscription) -> object:
    ids = customer_ids(harbour)
    now = datetime.now(UTC)
    day = datetime.now(harbour.zone).date()
    paused, _ = make_link(harbour, name="Power BI, all products", period=Period("year-to-date"), repeats_last_file=True)
    soon, _ = make_link(
        harbour, name="Castle Dental portal", customer_ids=(ids["Castle Dental"],), expires_on=day + timedelta(days=12)
    )
    link, _ = make_link(
        harbour, name="Autotask, monthly billing", period=Period("last-3-months"), allowed=("192.0.2.7", "198.51.100.0/24")
    )
    with subscription_scope(harbour.id):
        pause_link(harbour, paused.saved.id, actor=OPERATOR)
    note_call(harbour, soon, row_count=18, called_at=now - timedelta(hours=5))
    for minutes, status, outcome, facts in (
        (4, 200, "granted", {"row_count": 1284, "size_bytes": 263_412, "milliseconds": 96}),
        (3, 429, "too-early", {"calls": 2}),
        (64, 200, "granted", {"row_count": 1284, "size_bytes": 263_412, "milliseconds": 88}),
        (131, 403, "address-refused", {}),
    ):
        note_call(harbour, link, status, outcome, called_at=now - timedelta(minutes=minutes), **facts)
    return link.saved.id


def _picture(page: Page, name: str, *, whole: bool = False) -> None:
    path = IMAGES / f"{name}.png"
    if whole:
        # The side menu is as high as the window.
        page.set_viewport_size({"width": WIDTH, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.mouse.move(0, 0)
    page.screenshot(path=path)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    assert path.stat().st_size < MOST_BYTES, name
