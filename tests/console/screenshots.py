"""Pictures: those in docs/images, and all pages in both themes, wide and narrow, in `screenshots/` to be looked at.

`make screenshots` takes them. No test; pytest finds it only when it is named.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.bookkeeping import OPERATOR, customer_ids, query, usage, usage_csv
from tests.conftest import PASSWORD
from tests.console.browsing import sign_in
from tests.console.cast import Months, overview_address, page_address
from tests.console.link_cast import links_address, make_link, note_call
from tests.console.people_cast import people_address
from tests.console.route_table import PAGES, Cast, cast_of

from tallybook.commands.demo import ensure_demo
from tallybook.database.scope import subscription_scope
from tallybook.links.links import pause_link
from tallybook.links.periods import Period
from tallybook.subscriptions.invitations import invite
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role
from tallybook.subscriptions.subscriptions import find_subscription

ROOT = Path(__file__).parents[2]
IMAGES, ALL_PAGES = ROOT / "docs" / "images", ROOT / "screenshots"
WIDTH, HEIGHT = 1280, 860
NARROW = 360
MOST_BYTES = 200 * 1024
MSP, OWNER, CLERK = "Harbour IT Services", "owner@harbour-it.example", "clerk@harbour-it.example"
PATIENCE_MILLISECONDS = 60_000


@pytest.fixture(scope="module")
def pace_seconds() -> str:
    """As it is where nobody has set another."""
    return "300"


@pytest.fixture
def harbour() -> Subscription:
    """A made-up MSP, with the demo's usage."""
    ensure_demo(name=MSP, email=OWNER)
    subscription = find_subscription(MSP)
    grant_role(subscription, create_user(CLERK, PASSWORD), Role.OWNER, actor=OPERATOR)
    return subscription


@pytest.fixture
def page(browser: Browser, address: str, harbour: Subscription) -> Page:
    """The console, open for the MSP's clerk."""
    opened = browser.new_context(
        locale="en-GB", viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce", base_url=address
    ).new_page()
    sign_in(opened, overview_address(harbour), CLERK)
    return opened


def test_take_the_pictures(page: Page, harbour: Subscription, tmp_path: Path) -> None:
    _take_those_of_the_docs(page, harbour, tmp_path)
    # Needs things of every kind, which have odd names.
    _take_all(page, cast_of(harbour, tmp_path))


def _take_those_of_the_docs(page: Page, harbour: Subscription, folder: Path) -> None:
    month = Months(harbour).previous
    page.goto(overview_address(harbour, f"?month={month}"))
    _picture(page, "overview")
    page.goto(page_address(harbour))
    _picture(page, "usage-details")
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    for name in sorted(customer_ids(harbour))[1:3]:
        page.get_by_role("dialog").get_by_label(name).check()
    page.get_by_role("dialog").get_by_text("This choice holds").wait_for()
    _picture(page, "export-dialog")
    _customers_and_users(page, harbour, month)
    _import(page, harbour, folder)
    with subscription_scope(harbour.id):
        owner = User.objects.get(email=OWNER)
        invite(harbour, "nina@harbour-it.example", Role.VIEWER, by=owner, actor=OPERATOR)
    page.goto(people_address(harbour))
    _picture(page, "people")
    _links(page, harbour)


def _take_all(page: Page, cast: Cast) -> None:
    ALL_PAGES.mkdir(exist_ok=True)
    for former in ALL_PAGES.glob("*.png"):
        former.unlink()
    addresses = {route.name: cast.page(route) for route in PAGES}
    addresses |= {"account": "/account/", "account-password": "/account/password/", "totp-on": "/account/totp/on/"}
    addresses |= {"docs": "/docs/", "problems": "/problems/", "missing": "/no-such-page"}
    # The last, since it has no page without somebody who is signed in.
    addresses |= {"sign-in": "/sign-in/"}
    for name, path in addresses.items():
        if name == "sign-in":
            page.context.clear_cookies()
        page.goto(path)
        for kind, width in (("wide", WIDTH), ("narrow", NARROW)):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                with _whole(page, width):
                    page.screenshot(path=ALL_PAGES / f"{name}-{kind}-{scheme}.png")
    assert len(list(ALL_PAGES.glob("*.png"))) == 4 * len(addresses)


def _customers_and_users(page: Page, harbour: Subscription, month: str) -> None:
    ((customer_id,),) = query(
        harbour, "SELECT customer_id FROM quantity GROUP BY customer_id ORDER BY sum(quantity) DESC LIMIT 1"
    )
    page.goto(f"/subscriptions/{harbour.id}/customers/{customer_id}/")
    _picture(page, "customer")
    page.goto(f"/subscriptions/{harbour.id}/billed-users/{customer_id}/?month={month}")
    _picture(page, "billed-users")


def _import(page: Page, harbour: Subscription, folder: Path) -> None:
    month = Months(harbour).current
    names = sorted(customer_ids(harbour))[:3]
    rows = [usage(month=month, customer=name, object_name=f"Ann Bell {number}") for name in names for number in range(12)]
    rows += [usage(month=month, customer="Newlands Dairy", object_name="Tom Reed"), usage(month=month, protected_bytes="a lot")]
    path = folder / f"usage-{month}.csv"
    path.write_bytes(usage_csv(rows))
    page.goto(f"/subscriptions/{harbour.id}/imports/new/")
    page.get_by_label("Usage file").set_input_files(path)
    page.get_by_role("button", name="Check this file").click()
    expect(page.get_by_text("Read it otherwise")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    _picture(page, "import", whole=True)


def _links(page: Page, harbour: Subscription) -> None:
    page.goto(links_address(harbour, "new/"))
    _fill_in(page, sorted(customer_ids(harbour))[1:3])
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
    page.goto(links_address(harbour))
    _picture(page, "report-links")
    page.goto(links_address(harbour, f"{link_id}/"))
    _picture(page, "report-link", whole=True)


def _fill_in(page: Page, customers: list[str]) -> None:
    page.get_by_label("Name").fill("ConnectWise, monthly billing")
    page.get_by_label("Only these customers").check()
    for name in customers:
        page.get_by_label(name).check()
    page.get_by_label("Only these addresses").check()
    page.get_by_label("Addresses and networks").fill("203.0.113.24\n198.51.100.0/24")


def _make_others(harbour: Subscription) -> object:
    name, customer_id = min(customer_ids(harbour).items())
    now = datetime.now(UTC)
    day = datetime.now(harbour.zone).date()
    paused, _ = make_link(harbour, name="Power BI, all products", period=Period("year-to-date"), repeats_last_file=True)
    soon, _ = make_link(harbour, name=f"{name} portal", customer_ids=(customer_id,), expires_on=day + timedelta(days=12))
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
    page.mouse.move(0, 0)
    if whole:
        with _whole(page, WIDTH):
            page.screenshot(path=path)
    else:
        page.screenshot(path=path)
    assert path.stat().st_size < MOST_BYTES, name


@contextmanager
def _whole(page: Page, width: int) -> Iterator[None]:
    """The window as high as the page: the side menu is as high as the window."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
    yield
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
