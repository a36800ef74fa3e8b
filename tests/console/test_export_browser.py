"""From Usage Details to a report on the desk in Chromium, with JavaScript and without it."""

import io
import json
from dataclasses import replace
from zipfile import ZipFile

import openpyxl
import pytest
from playwright.sync_api import expect
from tests.bookkeeping import chosen, report
from tests.console.browsing import Complaints, Open, delivered, fits
from tests.console.cast import Months, page_address

from tallybook.reports.building import Form as ReportForm
from tallybook.reports.building import Format, Profile
from tallybook.reports.every_kind import KINDS
from tallybook.subscriptions.models import Subscription

FORMATS = {
    "Download Report Data (CSV)": (".csv", ReportForm()),
    "CSV for Excel": ("-excel.csv", ReportForm(profile=Profile.EXCEL)),
    "XLSX": (".xlsx", ReportForm(format=Format.XLSX)),
    "JSON": (".json", ReportForm(format=Format.JSON)),
}
BAD_REQUEST = "the server responded with a status of 400"


def values(content: bytes, written: Format) -> object:
    """What a report says, without when it was made."""
    if written is Format.XLSX:
        return [list(sheet.values) for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets]
    return json.loads(content)["rows"] if written is Format.JSON else content


def test_the_report_is_downloaded_through_the_dialog(open_page: Open, subscription: Subscription, months: Months) -> None:
    page = open_page()
    menu = page.get_by_role("navigation", name="Console")
    expect(menu).to_contain_text("Subscription Billing")
    menu.get_by_role("link", name="Usage Details").click()
    expect(page.get_by_role("heading", name="Usage Details")).to_be_visible()
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    dialog = page.get_by_role("dialog", name="Export Itemised Billing Report")
    expect(dialog.get_by_text("All 3 customers")).to_be_visible()
    expect(dialog.get_by_label("From")).to_have_value(months.previous)
    search = dialog.get_by_label("Search customers")
    for typed, name in (("muller", '"Müller & Söhne'), ("OY", "Zeta Oy")):
        search.fill(typed)
        expect(dialog.get_by_label("Anchor Ltd")).to_be_hidden()
        dialog.get_by_label(name).check()
    expect(dialog.get_by_text("2 of 3 customers")).to_be_visible()
    dialog.get_by_label("From").select_option(months.before)
    dialog.get_by_label("To", exact=True).select_option(months.previous)
    expect(dialog.get_by_text("This choice holds 3 rows, about")).to_be_visible()
    with page.expect_download() as waiting:
        dialog.get_by_role("button", name="Download Report Data (CSV)").click()
    expected = report(chosen(subscription, months.before, months.previous, ('"Müller & Söhne', "Zeta Oy")))
    assert delivered(waiting.value) == expected
    assert waiting.value.suggested_filename == f"itemised-billing-report-{months.before}-to-{months.previous}.csv"
    expect(dialog).to_be_visible()


def test_the_report_is_downloaded_without_javascript(open_page: Open, subscription: Subscription, months: Months) -> None:
    page = open_page(page_address(subscription), java_script_enabled=False)
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    page.get_by_label("Zeta Oy").check()
    page.get_by_label("From").select_option(months.before)
    page.get_by_label("VM Backup").uncheck()
    page.get_by_role("button", name="Count the rows").click()
    expect(page.get_by_text("This choice holds 1 row.")).to_be_visible()
    expect(page.get_by_label("Zeta Oy")).to_be_checked()
    expect(page.get_by_label("VM Backup")).not_to_be_checked()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download Report Data (CSV)").click()
    assert delivered(waiting.value) == report(chosen(subscription, months.before, months.previous, ("Zeta Oy",)))


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
@pytest.mark.parametrize("kind", ["Itemised", "Quantities"])
def test_every_format_is_downloaded_and_one_file_for_each_customer(
    open_page: Open,
    subscription: Subscription,
    months: Months,
    kind: str,
    javascript: bool,  # noqa: FBT001
) -> None:
    page = open_page(page_address(subscription), java_script_enabled=javascript)
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    page.get_by_role("radio", name=kind).check()
    month = months.previous
    choice = chosen(subscription, month, month)
    for button, (ending, form) in FORMATS.items():
        with page.expect_download() as waiting:
            page.get_by_role("button", name=button, exact=True).click()
        expected = report(choice, replace(form, kind=KINDS[kind.lower()]))
        assert values(delivered(waiting.value), form.format) == values(expected, form.format)
        assert waiting.value.suggested_filename.endswith(f"{month}{ending}")
    page.get_by_label("One file for each customer, in a zip").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="XLSX").click()
    with ZipFile(waiting.value.path()) as archive:
        assert sorted(archive.namelist()) == [f"Anchor Ltd-{month}.xlsx", f"_Müller & Söhne-{month}.xlsx"]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no javascript"])
def test_csv_for_excel_has_the_delimiter_that_is_chosen(
    open_page: Open,
    subscription: Subscription,
    months: Months,
    javascript: bool,  # noqa: FBT001
) -> None:
    page = open_page(page_address(subscription), java_script_enabled=javascript)
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    page.get_by_label("with the delimiter").select_option("Semicolon")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV for Excel").click()
    month = months.previous
    expected = report(chosen(subscription, month, month), ReportForm(profile=Profile.EXCEL, delimiter=";"))
    assert delivered(waiting.value) == expected
    assert waiting.value.suggested_filename == f"itemised-billing-report-{month}-excel.csv"


def test_what_is_wrong_is_said_with_the_choice_kept(
    open_page: Open, subscription: Subscription, months: Months, complaints: Complaints
) -> None:
    complaints.forgiven = BAD_REQUEST
    page = open_page(page_address(subscription, "export/"), java_script_enabled=False)
    page.get_by_label("To", exact=True).select_option(months.before)
    for product in page.get_by_role("group", name="Products").get_by_role("checkbox").all():
        product.uncheck()
    with page.expect_response("**/export/download") as answer:
        page.get_by_role("button", name="Download Report Data (CSV)").click()
    assert answer.value.status == 400
    expect(page.get_by_text("No product is ticked.")).to_be_visible()
    expect(page.get_by_text("after its end")).to_be_visible()
    expect(page.get_by_label("To", exact=True)).to_have_value(months.before)


@pytest.mark.usefixtures("months")
def test_the_dialog_is_left_by_keyboard_and_keeps_the_choice(open_page: Open, subscription: Subscription) -> None:
    page = open_page(page_address(subscription))
    opener = page.get_by_role("link", name="Export Itemised Billing Report")
    dialog = page.get_by_role("dialog")
    opener.focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Search customers")).to_be_focused()
    dialog.get_by_label("Anchor Ltd").check()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("1 of 3 customers")).to_be_visible()
    dialog.get_by_role("button", name="Choose all again").click()
    expect(dialog.get_by_text("All 3 customers")).to_be_visible()
    expect(dialog.get_by_label("Anchor Ltd")).not_to_be_checked()
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.usefixtures("months")
def test_the_dialog_opens_with_what_is_on_the_page(open_page: Open, subscription: Subscription) -> None:
    page = open_page(page_address(subscription))
    page.get_by_label("Customer name contains").fill("müller")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 of 3 customers")).to_be_visible()
    expect(dialog.get_by_label('"Müller & Söhne')).to_be_checked()
    dialog.get_by_role("button", name="Choose all again").click()
    expect(dialog.get_by_text("All 3 customers")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Anchor Ltd").or_(page.get_by_role("link", name="Müller")).first.click()
    page.get_by_role("main").get_by_role("link", name="Export").click()
    expect(page.get_by_text("1 of 3 customers")).to_be_visible()


def test_an_empty_choice_is_said_before_the_download(open_page: Open, subscription: Subscription, months: Months) -> None:
    page = open_page(page_address(subscription))
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("To", exact=True).select_option(months.current)
    dialog.get_by_label("From").select_option(months.current)
    expect(dialog.get_by_text("This choice holds no rows: the file would be its header only.")).to_be_visible()
    dialog.get_by_label("Search customers").fill("nobody")
    expect(dialog.get_by_text("name contains that.")).to_be_visible()


def test_who_cannot_fetch_the_form_is_led_to_its_page(
    open_page: Open, subscription: Subscription, months: Months, complaints: Complaints
) -> None:
    complaints.forgiven = "ERR_FAILED"
    page = open_page(page_address(subscription))
    page.route("**/export/", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_())
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    page.wait_for_url(f"**{page_address(subscription, 'export/')}")
    expect(page.get_by_label("From")).to_have_value(months.previous)


@pytest.mark.usefixtures("months")
def test_the_dialog_is_open_to_everybody(open_page: Open, subscription: Subscription) -> None:
    page = open_page(page_address(subscription))
    page.get_by_role("link", name="Export Itemised Billing Report").click()
    page.get_by_role("dialog").get_by_label("Anchor Ltd").check()
    expect(page.get_by_text("1 of 3 customers")).to_be_visible()
    fits(page)
