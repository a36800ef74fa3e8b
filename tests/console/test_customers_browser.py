"""In a real browser: renaming a customer, finding an object, and the pages about customers at every width."""

import pytest
from playwright.sync_api import expect
from tests.bookkeeping import OPERATOR, customer_ids
from tests.console.browsing import Complaints, Open, visit
from tests.console.cast import Months, page_address
from tests.console.customer_cast import ANCHOR, HOSTILE, customer_address, customers_address, object_address
from tests.console.test_customers import months
from tests.links.made_links import make_link

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.customer_facts import set_reference
from tallybook.subscriptions.models import Subscription

__all__ = ["months"]
SCRIPTS = pytest.mark.parametrize("with_scripts", [True, False], ids=["with JavaScript", "without"])


@SCRIPTS
@pytest.mark.usefixtures("months")
def test_a_customer_is_renamed(open_page: Open, subscription: Subscription, with_scripts: bool) -> None:  # noqa: FBT001
    before = customer_ids(subscription)[ANCHOR]
    page = open_page(page_address(subscription), java_script_enabled=with_scripts)
    page.get_by_role("link", name=ANCHOR).click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name", exact=True).fill("Mooring Ltd")
    page.get_by_label("Customer Reference").fill("A-17")
    page.get_by_label("Notes").fill("first line\nsecond line")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("status")).to_contain_text("Files that use the former name go on to find this customer.")
    expect(page.get_by_role("heading", name="Mooring Ltd")).to_be_visible()
    expect(page.get_by_text("first line").first).to_contain_text("second line")
    expect(page.get_by_text(ANCHOR, exact=True).first).to_be_visible()
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Customers").click()
    expect(page.get_by_role("row", name="Mooring Ltd")).to_contain_text("A-17")
    assert customer_ids(subscription)["Mooring Ltd"] == before
    box = page.get_by_role("searchbox", name="Find customers, objects and links")
    box.fill("anchor")
    box.press("Enter")
    expect(page.get_by_role("row", name="Mooring Ltd")).to_contain_text(ANCHOR)


@SCRIPTS
def test_an_object_is_found_and_its_months_say_who_said_so(
    open_page: Open,
    months: Months,
    with_scripts: bool,  # noqa: FBT001
) -> None:
    page = open_page(java_script_enabled=with_scripts)
    box = page.get_by_role("searchbox", name="Find customers, objects and links")
    if with_scripts:
        expect(box).to_have_attribute("placeholder", "Find, or press /")
        page.keyboard.press("/")
        expect(box).to_be_focused()
        # There it is a character like any other.
        page.keyboard.type("a/")
        expect(box).to_have_value("a/")
    box.fill("ANN@a.example")
    box.press("Enter")
    expect(page).to_have_title("Search for ANN@a.example · Tallybook")
    expect(box).to_have_value("ANN@a.example")
    page.get_by_role("link", name="Ann Bell").click()
    newest = page.get_by_role("row", name=f"{months.previous_month:%b %Y}")
    expect(newest).to_contain_text("Business Basic")
    expect(newest).to_contain_text("import 1, line")
    page.get_by_role("link", name="Objects of").click()
    page.get_by_label("Type").select_option("OneDrive")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="Bob")).to_be_visible()
    expect(page.get_by_role("row", name="Ann Bell")).to_have_count(0)


@SCRIPTS
@pytest.mark.usefixtures("months")
def test_an_alias_is_added_and_removed(open_page: Open, subscription: Subscription, with_scripts: bool) -> None:  # noqa: FBT001
    page = open_page(customer_address(subscription), java_script_enabled=with_scripts)
    page.get_by_label("New alias").fill("Anker GmbH")
    page.get_by_role("button", name="Add alias").click()
    expect(page.get_by_role("status")).to_contain_text("The alias is added")
    page.get_by_role("link", name="Remove the alias Anker GmbH").click()
    expect(page.get_by_text("makes a new customer of that name")).to_be_visible()
    page.get_by_role("button", name="Remove this alias").click()
    expect(page.get_by_role("status")).to_contain_text("The alias is removed.")


@pytest.mark.usefixtures("months")
def test_who_saves_second_keeps_what_was_typed(open_page: Open, subscription: Subscription, complaints: Complaints) -> None:
    complaints.forgiven = "the server responded with a status of 409"
    page = open_page(customer_address(subscription, rest="edit/"))
    with subscription_scope(subscription.id):
        set_reference(subscription, ANCHOR, "theirs", actor=OPERATOR)
    page.get_by_label("Customer Reference").fill("mine")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed this customer while you had it open")
    expect(page.get_by_text("theirs")).to_be_visible()
    expect(page.get_by_label("Customer Reference")).to_have_value("mine")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("status")).to_contain_text("The changes are saved.")


def test_the_pages_fit_and_are_open_to_everybody(open_page: Open, subscription: Subscription, months: Months) -> None:
    make_link(subscription, name="PSA <b>")
    page = open_page(customer_address(subscription, HOSTILE))
    page.get_by_label("New alias").fill("=1+2 " + "x" * 180)
    page.get_by_role("button", name="Add alias").click()
    for address in (
        customers_address(subscription),
        customers_address(subscription, search="nobody"),
        customer_address(subscription, HOSTILE),
        customer_address(subscription),
        customer_address(subscription, rest="edit/"),
        customer_address(subscription, rest="objects/"),
        customer_address(subscription, HOSTILE, "objects/", month=months.before),
        customers_address(subscription, "objects/"),
        object_address(subscription, "Ann Bell"),
        f"/subscriptions/{subscription.id}/search/?q=b",
        f"/subscriptions/{subscription.id}/search/?q=nobody",
    ):
        visit(page, address)
