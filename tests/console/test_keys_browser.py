"""In a real browser: the keys that work on every page, and the way from a page to what the documentation says about it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.console.browsing import Open
from tests.console.cast import Months, fill, page_address

from tallybook.subscriptions.models import Subscription


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    return fill(subscription, tmp_path)


def test_a_question_mark_shows_the_keys_and_leads_to_the_documentation(open_page: Open, subscription: Subscription) -> None:
    page = open_page(page_address(subscription))
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Help and keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Help and keys").click()
    dialog.get_by_role("link", name="Read about this page").click()
    expect(page.get_by_role("heading", name="The report", level=1)).to_be_visible()
    assert page.url.endswith("/docs/report#in-the-console")


def test_brackets_lead_to_the_months_beside(open_page: Open, subscription: Subscription, months: Months) -> None:
    page = open_page(page_address(subscription, f"?month={months.previous}"))
    page.keyboard.press("[")
    page.wait_for_url(f"**?month={months.before}")
    page.keyboard.press("]")
    page.wait_for_url(f"**?month={months.previous}")
    page.get_by_label("Find").press("]")
    assert page.get_by_label("Find").input_value() == "]"


def test_without_javascript_help_is_a_link(open_page: Open, subscription: Subscription) -> None:
    page = open_page(page_address(subscription), java_script_enabled=False)
    page.get_by_role("link", name="Help and keys").click()
    assert page.url.endswith("/docs/report#in-the-console")
