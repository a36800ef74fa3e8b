"""Report links in Chromium, from the export dialog to the last refused call, with JavaScript and without it."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.bookkeeping import chosen, report
from tests.console.browsing import Complaints, Open, fits, visit
from tests.console.cast import Filled, page_address
from tests.console.conftest import PACE_SECONDS
from tests.console.link_cast import links_address, make_link, note_call

from tallybook.subscriptions.models import Subscription

SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["javascript", "no javascript"])
ERRORS = "the server responded with a status of 4"


def call(address: str, key: str, folder: Path) -> tuple[str, bytes]:
    """Status and body of a call with curl."""
    body = folder / "called"
    command = [
        "curl",
        "--silent",
        "--output",
        str(body),
        "--write-out",
        "%{http_code}",
        "--header",
        f"X-API-KEY: {key}",
        address,
    ]
    status = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout.decode()
    return status, body.read_bytes()


def after_the_pace() -> None:
    time.sleep(float(PACE_SECONDS) + 0.2)


def choose(form: Page | Locator, filled: Filled) -> None:
    """In the export dialog: Zeta Oy, both months."""
    form.get_by_label("Zeta Oy").check()
    form.get_by_label("From").select_option(filled.months.before)
    form.get_by_label("To", exact=True).select_option(filled.months.previous)
    form.get_by_role("button", name="Create Report API Link (CSV)").click()


def create(page: Page, name: str) -> tuple[str, str]:
    """Fill in the step, and read address and key off the page."""
    expect(page.get_by_role("heading", name="New report link")).to_be_visible()
    expect(page.get_by_label("Zeta Oy")).to_be_checked()
    expect(page.get_by_label("Always the same months")).to_be_checked()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Only these addresses").check()
    add = page.get_by_role("button", name="Add my address")
    if add.is_visible():
        page.get_by_label("Addresses and networks").fill("203.0.113.9/24")
        add.click()
    else:
        page.get_by_label("Addresses and networks").fill(f"203.0.113.9/24\n{page.locator('[data-own-address]').text_content()}")
    page.get_by_role("button", name="Create report link").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("The key will not be shown again.")).to_be_visible()
    expect(dialog.get_by_text("203.0.113.0/24")).to_be_visible()
    return dialog.locator("#link-address").text_content() or "", dialog.locator("#link-key").text_content() or ""


def logged(page: Page, words: str) -> None:
    """The call log has a row with these words; refusals reach it within a second or two."""
    row = page.get_by_role("row", name=re.compile(words))
    for _ in range(20):
        page.reload()
        if row.count():
            break
        time.sleep(0.5)
    expect(row.first).to_be_visible()


@SCRIPTED
def test_a_link_from_the_dialog_to_its_end(
    open_page: Open,
    filled: Filled,
    complaints: Complaints,
    tmp_path: Path,
    scripted: bool,  # noqa: FBT001
) -> None:
    page = open_page(page_address(filled.subscription), java_script_enabled=scripted)
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    choose(page.get_by_role("dialog") if scripted else page, filled)
    address, key = create(page, "PSA, monthly")
    expected = report(chosen(filled.subscription, filled.months.before, filled.months.previous, ("Zeta Oy",)))
    assert call(address, key, tmp_path) == ("200", expected)
    assert call(address, key, tmp_path)[0] == "429"

    page.get_by_role("link", name="I have stored the key").click()
    logged(page, "Report made and sent 200")
    logged(page, "Refused: called too early 429")
    expect(page.get_by_text(f"…{key[-4:]}")).to_be_visible()

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status").filter(has_text="The link is paused")).to_be_visible()
    assert call(address, key, tmp_path)[0] == "403"
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("status").filter(has_text="The link is resumed")).to_be_visible()

    page.get_by_role("link", name="Rotate key").click()
    page.get_by_label("The former key goes on for").select_option("no time: it ends now")
    page.get_by_role("button", name="Rotate key").click()
    second = page.locator("#link-key").text_content() or ""
    page.get_by_role("link", name="I have stored the key").click()
    after_the_pace()
    assert call(address, key, tmp_path)[0] == "401"
    assert call(address, second, tmp_path) == ("200", expected)

    page.get_by_role("link", name="Revoke").click()
    complaints.forgiven = ERRORS
    page.get_by_label("Type the link").fill("PSA")
    page.get_by_role("button", name="Revoke this link").click()
    expect(page.get_by_text("This is not the link’s name.")).to_be_visible()  # noqa: RUF001 - as the page writes it
    page.get_by_label("Type the link").fill("PSA, monthly")
    page.get_by_role("button", name="Revoke this link").click()
    expect(page.get_by_role("status").filter(has_text="The link is revoked.")).to_be_visible()
    assert call(address, second, tmp_path)[0] == "410"
    _no_page_has(page, filled.subscription, (key, second))


def _no_page_has(page: Page, subscription: Subscription, keys: tuple[str, ...]) -> None:
    link = page.url.split("?")[0].split("/links/")[1]
    origin = page.url.split("/subscriptions/")[0]
    rests = ("", link, f"{link}edit/", f"{link}rotate/", f"{link}revoke/", f"{link}postman.json", "new/")
    addresses = [links_address(subscription, rest) for rest in rests]
    addresses += [f"/subscriptions/{subscription.id}/audit/{rest}" for rest in ("", "download")]
    addresses += [page_address(subscription, rest) for rest in ("", "export/")]
    for address in addresses:
        text = page.request.get(origin + address, fail_on_status_code=False).text()
        assert len(text) > 100, address
        assert not any(key in text or key.split("_")[3] in text for key in keys), address


def test_the_key_step_is_left_by_its_button_only(open_page: Open, filled: Filled) -> None:
    page = open_page(links_address(filled.subscription, "new/"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("Name").fill("PSA")
    page.get_by_label("Anyone who has the key").check()
    page.get_by_role("button", name="Create report link").click()
    dialog = page.get_by_role("dialog")
    key = dialog.locator("#link-key").text_content()
    for _ in range(4):
        page.keyboard.press("Escape")
    page.mouse.click(4, 4)
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.matches(':modal')")
    dialog.get_by_role("button", name="Copy the key").click()
    expect(dialog.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    dialog.get_by_text("PowerShell", exact=True).click()
    dialog.get_by_role("button", name="Copy the PowerShell text").click()
    assert f"'X-API-KEY' = '{key}'" in page.evaluate("navigator.clipboard.readText()")
    dialog.get_by_role("link", name="I have stored the key").click()
    expect(page.get_by_role("heading", name="PSA")).to_be_visible()


def test_a_double_click_makes_one_link_and_shows_its_key(open_page: Open, filled: Filled) -> None:
    page = open_page(links_address(filled.subscription, "new/"))
    page.get_by_label("Name").fill("PSA")
    page.get_by_label("Anyone who has the key").check()
    page.get_by_role("button", name="Create report link").dblclick()
    expect(page.get_by_role("dialog")).to_contain_text("Report API link made")


def test_fields_open_with_their_choice_and_survive_a_mistake(open_page: Open, filled: Filled, complaints: Complaints) -> None:
    complaints.forgiven = ERRORS
    page = open_page(links_address(filled.subscription, "new/"))
    months = page.get_by_label("How many months")
    expect(months).to_be_hidden()
    page.get_by_label("The last complete months").check()
    months.fill("many")
    page.get_by_label("At the end of a day").check()
    page.get_by_label("Last day").fill("2098-01-31")
    page.get_by_role("button", name="Create report link").click()
    expect(page.get_by_text("Write how many months: a number from 1 to 120.")).to_be_visible()
    expect(page.get_by_text("Choose who may call the link.")).to_be_visible()
    expect(months).to_have_value("many")
    expect(page.get_by_label("Last day")).to_have_value("2098-01-31")
    fits(page)


def test_every_page_fits_and_is_open_to_everybody(open_page: Open, filled: Filled, complaints: Complaints) -> None:
    complaints.forgiven = ERRORS
    subscription = filled.subscription
    page = open_page(links_address(subscription))
    fits(page)
    link, _ = make_link(
        subscription, name="A name that is long " * 9, allowed=("192.0.2.7", "2001:db8::/32", "198.51.100.0/24")
    )
    note_call(subscription, link, row_count=1_234_567, size_bytes=9_876_543_210, milliseconds=12_345)
    note_call(subscription, link, 403, "address-refused", calls=12)
    own = f"{link.saved.id}/"
    for rest in ("", "?search=nobody", "new/", own, f"{own}edit/", f"{own}rotate/", f"{own}revoke/", f"{own}?done=paused"):
        visit(page, links_address(subscription, rest))
    page.get_by_role("link", name="Rotate key").click()
    page.get_by_role("button", name="Rotate key").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    fits(page)
