"""In a real browser: deciding who is one person, leaving somebody off the bill, and comparing two rules."""

import pytest
from playwright.sync_api import expect
from tests.bookkeeping import customer_ids
from tests.console.browsing import Open, fits, visit
from tests.console.cast import Months
from tests.console.test_billed_users import ANCHOR
from tests.console.test_in_doubt import months

from tallybook.subscriptions.models import Subscription

__all__ = ["months"]


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("with_scripts", [True, False], ids=["with JavaScript", "without"])
def test_from_a_doubt_to_a_decision_and_back(open_page: Open, with_scripts: bool) -> None:  # noqa: FBT001
    page = open_page(java_script_enabled=with_scripts)
    page.get_by_role("link", name="Billed Users").click()
    page.get_by_role("link", name="Namesakes and renames").click()
    page.get_by_role("row", name="John Smith").get_by_role("button", name="One person").click()
    expect(page.get_by_role("status")).to_contain_text("That is noted")
    decided = page.get_by_role("region", name="Decided")
    expect(decided.get_by_role("row", name="john@a.example")).to_contain_text("One person")
    decided.get_by_role("button", name="Undo the decision about john@a.example").click()
    expect(page.get_by_role("status")).to_contain_text("The decision is undone")
    expect(page.get_by_role("row", name="John Smith")).to_contain_text("counted as 2 people")


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("with_scripts", [True, False], ids=["with JavaScript", "without"])
def test_somebody_is_left_off_the_bill_and_taken_back(open_page: Open, with_scripts: bool) -> None:  # noqa: FBT001
    page = open_page(java_script_enabled=with_scripts)
    page.get_by_role("link", name="Billed Users").click()
    page.get_by_role("link", name=ANCHOR).click()
    page.get_by_role("link", name="John Smith").first.click()
    page.get_by_label("Reason").fill("Our own")
    page.get_by_role("button", name="Leave off the bill").click()
    expect(page.get_by_role("status")).to_contain_text("still counted and shown, and not billed")
    page.get_by_role("main").get_by_role("link", name="Billed Users").click()
    expect(page.get_by_role("columnheader", name="Excluded")).to_be_visible()
    page.get_by_role("link", name="Namesakes and renames").click()
    page.get_by_role("button", name="Bill again john@a.example").click()
    expect(page.get_by_role("status")).to_contain_text("Back on the bill")


@pytest.mark.usefixtures("months")
def test_two_rules_are_compared(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("link", name="Billed Users").click()
    page.get_by_role("link", name="What if").click()
    page.get_by_label("First rule").select_option("recipe")
    page.get_by_label("Second rule").select_option("people")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("row", name="John Smith")).to_contain_text("+1")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download differences (CSV)").click()
    assert download.value.suggested_filename.startswith("what-if-")


def test_the_pages_fit_and_are_open_to_everybody(open_page: Open, subscription: Subscription, months: Months) -> None:
    page = open_page()
    billed = f"/subscriptions/{subscription.id}/billed-users/"
    anchor = customer_ids(subscription)[ANCHOR]
    page.goto(page.evaluate("location.origin") + f"{billed}in-doubt/")
    page.get_by_role("row", name="Front").get_by_role("button", name="Several people").click()
    page.goto(page.evaluate("location.origin") + f"{billed}{anchor}/")
    page.get_by_role("link", name="John Smith").first.click()
    fits(page)
    page.get_by_label("Reason").fill("Our own")
    page.get_by_role("button", name="Leave off the bill").click()
    expect(page.get_by_role("status")).to_be_visible()
    for rest in ("in-doubt/", f"what-if/?from={months.before}", ""):
        visit(page, billed + rest)
