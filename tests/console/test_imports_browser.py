"""In a real browser: from a file on the desk to the ledger, refused rows mended, and an import undone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.bookkeeping import reported, usage, usage_csv
from tests.console.browsing import Open, fits, visit

from tallybook.subscriptions.models import Subscription

GOOD, BAD = usage(object_name="Ann Bell"), usage(object_name="Cat Dow", protected_bytes="a lot")
# Checking may take longer than a request waits, when the machine is busy with other tests.
PATIENCE_MILLISECONDS = 60_000


def send(page: Page, path: Path) -> None:
    page.get_by_role("link", name="Imports").first.click()
    page.get_by_role("link", name="Import a usage file").click()
    page.get_by_label("Usage file").set_input_files(path)
    page.get_by_role("button", name="Check this file").click()
    expect(page.get_by_text("Read it otherwise")).to_be_visible(timeout=PATIENCE_MILLISECONDS)


def confirm(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("link", name="Undo this import")).to_be_visible(timeout=PATIENCE_MILLISECONDS)


@pytest.mark.parametrize("with_scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_file_with_a_bad_row_is_imported_mended_and_undone(
    open_page: Open,
    subscription: Subscription,
    tmp_path: Path,
    with_scripts: bool,  # noqa: FBT001
) -> None:
    page = open_page(java_script_enabled=with_scripts)
    path = tmp_path / "usage.csv"
    path.write_bytes(usage_csv([GOOD, BAD]))
    send(page, path)
    expect(page.get_by_role("row", name="Not a number")).to_contain_text("Cat Dow")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 1 refused row (CSV)").click()
    confirm(page, "Import 1 row")

    mended = tmp_path / "mended.csv"
    mended.write_bytes(Path(download.value.path()).read_bytes().replace(b"a lot", b"7"))
    send(page, mended)
    confirm(page, "Import 1 row")
    assert [row["Object Name"] for row in reported(subscription)] == ["Ann Bell", "Cat Dow"]

    page.get_by_role("link", name="Undo this import").click()
    expect(page.get_by_role("row", name="October 2026")).to_contain_text("1")
    page.get_by_role("button", name="Undo import 2").click()
    expect(page.get_by_role("status")).to_contain_text("The import was undone")
    assert [row["Object Name"] for row in reported(subscription)] == ["Ann Bell"]


def test_columns_are_told_by_hand(open_page: Open, subscription: Subscription, tmp_path: Path) -> None:
    page = open_page()
    path = tmp_path / "usage 2026-08.csv"
    path.write_text("Customer;Product;Kind;Thing\nAnchor Ltd;VM Backup;VM;web-1\n")
    send(page, path)
    expect(page.get_by_role("alert")).to_contain_text(
        "lacks the needed columns 'Month', 'Object Type Backed Up', 'Object Name'"
    )
    page.get_by_label("Month of rows that name none").fill("2026-08")
    page.get_by_label("Object Type Backed Up").select_option("Kind")
    page.get_by_label("Object Name").select_option("Thing")
    page.get_by_role("button", name="Check again").click()
    confirm(page, "Import 1 row")
    assert [(row["Month"], row["Object Name"]) for row in reported(subscription)] == [("2026-08", "web-1")]


def test_the_pages_fit_and_are_open_to_everybody(open_page: Open, subscription: Subscription, tmp_path: Path) -> None:
    page = open_page()
    imports = f"/subscriptions/{subscription.id}/imports/"
    visit(page, imports)
    visit(page, f"{imports}new/")
    path = tmp_path / "usage.csv"
    path.write_bytes(usage_csv([GOOD, BAD]))
    send(page, path)
    page.get_by_text("Read it otherwise").click()
    fits(page)
    confirm(page, "Import 1 row")
    fits(page)
    visit(page, f"{imports}1/undo/")
    visit(page, imports)
