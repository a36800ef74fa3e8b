"""The console in Chromium, with JavaScript and without it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.bookkeeping import OPERATOR, customer_ids, take, usage
from tests.console.browsing import Complaints, Open, delivered, fits, visit
from tests.console.cast import Filled, Months, overview_address, page_address
from tests.console.link_cast import make_link, note_call

from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import grant_role

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def empty(other_subscription: Subscription, owner: User) -> Subscription:
    """A second subscription of the owner, without usage."""
    grant_role(other_subscription, owner, Role.VIEWER, actor=OPERATOR)
    return other_subscription


def test_pages_without_results_and_with_mistakes_fit_and_are_open_to_everybody(
    open_page: Open, filled: Filled, empty: Subscription, complaints: Complaints
) -> None:
    complaints.forgiven = "the server responded with a status of 40"
    subscription, months = filled.subscription, filled.months
    page = open_page()
    for rest in (f"?month={months.current}", "?search=nobody", "export/?from=&to=", "export/?delimiter=x"):
        visit(page, page_address(subscription, rest), expected=400 if "=&to=" in rest or "=x" in rest else 200)
    anchor = customer_ids(subscription)["Anchor Ltd"]
    billed = f"/subscriptions/{subscription.id}/billed-users/"
    for rest in ("?search=nobody", f"{anchor}/person/?product=2&identity=ann%20bell"):
        visit(page, billed + rest)
    for rest in (f"?month={months.before}", f"?month={months.current}"):
        visit(page, overview_address(subscription, rest))
    for address in (page_address, overview_address):
        visit(page, address(empty))
    for rest in ("?action=nothing.done", "?from=2026-10-02&to=2026-10-01"):
        visit(page, f"/subscriptions/{subscription.id}/audit/{rest}", expected=400 if "to=" in rest else 200)
    visit(page, "/no-such-page", expected=404)
    visit(page, "/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · Tallybook")
    for open_to_everybody in ("/sign-in/", "/problems/too-early"):
        visit(page, open_to_everybody)


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("with_scripts", [True, False], ids=["with JavaScript", "without"])
def test_from_the_menu_to_why_a_person_is_counted(open_page: Open, with_scripts: bool) -> None:  # noqa: FBT001
    page = open_page(java_script_enabled=with_scripts)
    page.get_by_role("link", name="Billed Users").click()
    page.get_by_role("row", name="Anchor Ltd").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anchor Ltd")
    expect(page.get_by_role("region", name="Changes").get_by_role("row", name="Bob Cole")).to_contain_text("Joined")
    page.get_by_label("Name or address contains").fill("bob")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Bob Cole").click()
    expect(page.get_by_text("Counted: this person has Mailbox.").first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Billed Users").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Billed Users")


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with JavaScript", "without"])
def test_from_the_overview_to_what_it_names(
    open_page: Open,
    subscription: Subscription,
    months: Months,
    with_scripts: bool,  # noqa: FBT001
) -> None:
    link, _ = make_link(subscription, name="Autotask")
    page = open_page(java_script_enabled=with_scripts)
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.get_by_text("the newest month with usage")).to_be_visible()
    chart = page.get_by_role("img", name="Objects", exact=True)
    expect(chart).to_be_visible()
    expect(chart.locator("rect")).to_have_count(2)
    page.get_by_text("Objects as a table").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Objects by month").get_by_role("row").nth(1)).to_contain_text("4 +2")
    page.get_by_role("link", name="Zeta Oy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Usage Details")
    expect(page.get_by_role("row", name="Zeta Oy")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    page.get_by_label("Month", exact=True).select_option(months.before)
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("nobody can be said to have joined or left")).to_be_visible()
    page.get_by_role("row", name="Autotask").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(link.saved.name)


def test_an_overview_of_everything_is_open_to_everybody(
    open_page: Open, subscription: Subscription, months: Months, tmp_path: Path
) -> None:
    link, _ = make_link(subscription, name="\N{RIGHT-TO-LEFT OVERRIDE}Autotask " + "W" * 100)
    note_call(subscription, link, 403, "address-refused")
    make_link(subscription, name="Never called 🐟")
    names = ("N" * 200, "=1+1 <b>", "שלום", "🐟 Ltd")
    rows = [usage(month=months.previous, customer=name) for name in names]
    take(subscription, [*rows, usage(month=months.previous, protected_bytes="many")], tmp_path)
    page = open_page(overview_address(subscription))
    fits(page)
    for summary in page.locator("summary").all():
        summary.click()
    fits(page)


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("with_scripts", [True, False], ids=["with JavaScript", "without"])
def test_on_a_phone_the_menu_waits_behind_a_button(open_page: Open, with_scripts: bool) -> None:  # noqa: FBT001
    page = open_page(java_script_enabled=with_scripts, viewport=PHONE)
    menu = page.get_by_role("navigation", name="Console")
    opener = page.get_by_role("button", name="Menu")
    expect(menu).to_be_hidden()
    opener.click()
    expect(menu.get_by_role("link", name="Overview")).to_have_attribute("aria-current", "page")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    menu.get_by_role("link", name="Usage Details").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Usage Details")
    expect(menu).to_be_hidden()


@pytest.mark.usefixtures("months")
def test_the_keyboard_skips_to_the_content(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_audit_log_is_filtered_and_downloaded_without_javascript(
    open_page: Open, subscription: Subscription, owner: User
) -> None:
    page = open_page(java_script_enabled=False)
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Audit").click()
    expect(page.get_by_role("heading", name="Audit")).to_be_visible()
    page.get_by_label("What").select_option(label="Role granted")
    page.get_by_label("Who").select_option(label="tester (on the server)")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 event of this choice")).to_be_visible()
    expect(page.get_by_role("cell", name=f"Gave a role to {owner.email}")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download 1 event (CSV)").click()
    assert delivered(waiting.value).count(b"\r\n") == 2
    assert str(owner.id).encode() in delivered(waiting.value)
    assert page.url.split("?")[0].endswith(f"/subscriptions/{subscription.id}/audit/")
