"""From a file on a clerk's desk to the ledger, in pages: what is found, what is refused, and what is told by hand."""

import csv
import html
import io

import pytest
from tests.bookkeeping import query, reported, usage, usage_csv
from tests.console.cast import markup, words
from tests.console.import_cast import ANN, BAD, BEN, READ, Clerk, clerk

from tallybook.metering.uploads import path_of, refused_path_of

__all__ = ["clerk"]


def test_a_file_is_checked_and_nothing_is_imported_yet(clerk: Clerk) -> None:
    page = clerk.send([ANN, BEN, BAD])
    told = words(page)
    assert "3: 2 new, 0 that the ledger has already, 0 changed, 1 refused" in told
    assert "September 2026: 1 customer October 2026: 1 customer" in told
    assert "New customers Anchor Ltd Bridge GmbH" in told
    assert "Profile itemised, encoding utf-8, delimiter comma" in told
    assert "Protected Size (Bytes): Not a number" in told
    assert "Import 2 rows" in told
    assert reported(clerk.subscription) == []
    assert query(clerk.subscription, "SELECT count(*) FROM usage_import") == [(0,)]
    assert query(clerk.subscription, "SELECT count(*) FROM customer") == [(0,)]


def test_what_was_checked_is_imported(clerk: Clerk) -> None:
    page = clerk.post(clerk.send([ANN, BEN, BAD], "Nutzung Oktober.csv"), "import")
    assert page.request["PATH_INFO"] == f"{clerk.imports}1/"
    assert "Rows 3 New 2 Changed 0 In the ledger already 0 Refused 1" in words(page)
    assert [row["Object Name"] for row in reported(clerk.subscription)] == ["Ben Crow", "Ann Bell"]
    ((made_by, name, digest),) = query(clerk.subscription, "SELECT made_by, file_name, file_sha256 FROM usage_import")
    assert (made_by, name) == (page.wsgi_request.user.email, "Nutzung Oktober.csv")
    assert digest in markup(page)
    assert not path_of(clerk.uploads()[0]).exists()
    listed = words(clerk.client.get(clerk.imports))
    assert "Nutzung Oktober.csv" in listed
    assert "2 months, September 2026 to October 2026 2 customers 3 2 1" in listed


def test_refused_rows_are_downloaded_mended_and_sent_again(clerk: Clerk) -> None:
    page = clerk.post(clerk.send([ANN, BAD]), "import")
    upload = clerk.uploads()[0]
    download = clerk.client.get(f"{clerk.imports}files/{upload.id}/refused.csv")
    assert download["Content-Disposition"] == 'attachment; filename="usage-refused.csv"'
    text = download.getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (row["Line"], row["Object Name"], row["Protected Size (Bytes)"]) == ("3", "Cat Dow", "a lot")
    assert row["Why It Was Refused"].startswith("Protected Size (Bytes): Not a number")
    again = clerk.send(text.replace("a lot", "7").encode(), "mended.csv")
    assert "1: 1 new" in words(again)
    clerk.post(again, "import")
    assert [row["Object Name"] for row in reported(clerk.subscription)] == ["Ann Bell", "Cat Dow"]
    assert "Download 1 refused row (CSV)" in words(page)


def test_rows_that_are_broken_as_csv_are_handed_back_whole(clerk: Clerk) -> None:
    content = usage_csv([ANN]) + b'2026-10,"Anchor "Ltd",365 Total Backup,Mailbox,Dan\r\n2026-10,Anchor Ltd\r\n'
    page = clerk.send(content)
    assert "3: 1 new" in words(page)
    refused = refused_path_of(clerk.upload(page)).read_text(encoding="utf-8-sig").splitlines()
    assert len(refused) == 3
    assert "Dan" in refused[1]
    assert refused[2].endswith("2026-10,Anchor Ltd")


def test_a_file_without_a_month_is_read_with_the_one_that_is_said(clerk: Clerk) -> None:
    row = {title: value for title, value in ANN.items() if title != "Month"}
    page = clerk.send([row], "usage 2026-08.csv")
    assert "lacks the needed column 'Month'" in words(page)
    assert "say YYYY-MM under “Month of rows that name none”" in words(page)
    wrong = clerk.post(page, "check", **READ, month="August")
    assert wrong.status_code == 400
    assert "no month. Write it as YYYY-MM" in words(wrong)
    assert 'value="August"' in markup(wrong)
    assert "lacks the needed column" not in words(wrong)
    right = clerk.post(page, "check", **READ, month="2026-08")
    assert "August 2026: 1 customer" in words(right)
    clerk.post(right, "import")
    assert [row["Month"] for row in reported(clerk.subscription)] == ["2026-08"]


def test_refused_customers_are_told_with_the_field_that_adds_them(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    said = words(clerk.post(page, "check", profile="auto"))
    assert "There is no such customer. Tick “Add customers that are not known yet” and check again to add it." in said


def test_columns_are_told_by_hand(clerk: Clerk) -> None:
    content = b"When;Who;Product;Kind;Thing;Volume GB\n2026-10;Anchor Ltd;VM Backup;VM;web-1;2\n"
    page = clerk.send(content)
    assert "lacks the needed columns 'Month', 'Customer Name', 'Object Type Backed Up', 'Object Name'" in words(page)
    said = {
        "column-month": "When",
        "column-customer": "Who",
        "column-product": "Product",
        "column-object_type": "Kind",
        "column-object_name": "Thing",
        "column-protected_bytes": "Volume GB",
    }
    twice = clerk.post(page, "check", **READ, **said | {"column-customer": "When"})
    assert "The column 'When' is chosen for two things. Choose it for one." in words(twice)
    checked = clerk.post(page, "check", **READ, **said)
    assert "1: 1 new" in words(checked)
    clerk.post(checked, "import")
    (row,) = reported(clerk.subscription)
    assert (row["Customer Name"], row["Object Name"], row["Protected Size (Bytes)"]) == ("Anchor Ltd", "web-1", "2000000000")


def test_a_size_without_a_unit_is_not_guessed(clerk: Clerk) -> None:
    page = clerk.send(usage_csv([ANN]).replace(b"\r\n", b",Volume\r\n", 1))
    refused = clerk.post(page, "check", **READ, **{"column-stored_bytes": "Volume"})
    assert "does not say in which unit the column 'Volume' is; name it 'Volume (GB)' or alike." in words(refused)


def test_a_column_is_left_out(clerk: Clerk) -> None:
    page = clerk.send([ANN | usage(object_name="Ann Bell", licence="E3")])
    checked = clerk.post(page, "check", **READ, **{"column-licence": ""})
    clerk.post(checked, "import")
    assert [row["Licence"] for row in reported(clerk.subscription)] == [""]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "usage.csv is empty."),
        (b"PK\x03\x04xl/workbook", "usage.csv is an Excel workbook; save it as CSV UTF-8."),
        (b"Month\xff;x", "usage.csv is not UTF-8 text"),
        (b"\0\0", "NUL"),
    ],
)
def test_what_is_no_usage_file_is_told_by_its_own_name(clerk: Clerk, content: bytes, sentence: str) -> None:
    page = clerk.send(content)
    assert sentence in words(page)
    assert '/import"' not in markup(page)
    assert str(path_of(clerk.upload(page)).parent) not in markup(page)


def test_no_file_is_told(clerk: Clerk) -> None:
    page = clerk.client.post(f"{clerk.imports}new/", {})
    assert page.status_code == 400
    assert "Choose a usage file." in words(page)
    assert clerk.uploads() == []


def test_a_file_replaces_only_as_a_whole(clerk: Clerk) -> None:
    clerk.post(clerk.send([ANN, usage(object_name="Ben Crow")]), "import")
    page = clerk.post(clerk.send([ANN, BAD]), "check", **READ, replace="on")
    assert "needs all of its rows, and 1 would be refused" in words(page)
    page = clerk.post(clerk.send([ANN]), "check", **READ, replace="on")
    assert "Import 1 row and take away 1" in words(page)
    assert "What is taken away" in words(page)
    clerk.post(page, "import")
    assert [row["Object Name"] for row in reported(clerk.subscription)] == ["Ann Bell"]


def test_the_page_of_a_hostile_name_shows_it_as_it_is(clerk: Clerk) -> None:
    row = usage(customer="<b>=1+1</b>", object_name="<script>alert(1)</script>", protected_bytes="<i>")
    page = clerk.send([row], "<x>&.csv")
    assert "<script>alert" not in markup(page)
    for shown in ("<x>&.csv", "<b>=1+1</b>", "<script>alert(1)</script>"):
        assert html.escape(shown) in markup(page)


def test_a_row_with_a_cell_that_is_far_too_large_is_refused_and_handed_back(clerk: Clerk) -> None:
    large = usage_csv([ANN]) + b"2026-10," + b"x" * 200_000 + b",365 Total Backup,Mailbox,Dan\r\n"
    page = clerk.send(large)
    assert "2: 1 new" in words(page)
    assert len(page.content) < 100_000
    assert "x" * 200_000 in refused_path_of(clerk.upload(page)).read_text(encoding="utf-8-sig")


def test_a_row_with_a_control_character_is_handed_back_whole(clerk: Clerk) -> None:
    page = clerk.send(usage_csv([ANN]) + b"2026-10,Anchor Ltd,365 Total Backup,Mailbox,Da\x07n,\r\n")
    refused = refused_path_of(clerk.upload(page)).read_text(encoding="utf-8-sig").splitlines()
    assert refused[1].endswith("2026-10,Anchor Ltd,365 Total Backup,Mailbox,Da\x07n,")


def test_a_header_with_a_line_break_is_chosen_as_browsers_send_it(clerk: Clerk) -> None:
    content = b'Month,Customer Name,Product,Object Type Backed Up,"Object\nName"\n2026-10,Anchor Ltd,VM Backup,VM,web-1\n'
    page = clerk.send(content)
    assert "1: 1 new" in words(page)
    checked = clerk.post(page, "check", **READ, **{"column-object_name": "Object\r\nName", "column-month": "Month"})
    assert "1: 1 new" in words(checked)


def test_a_column_that_is_there_no_more_can_be_left_out(clerk: Clerk) -> None:
    page = clerk.send(usage_csv([ANN]).replace(b"\r\n", b",Tarif\r\n", 1).replace(b"100", b"100,Gold"))
    page = clerk.post(page, "check", **READ, **{"column-plan": "Tarif"})
    assert "1: 1 new" in words(page)
    gone = clerk.post(page, "check", **READ, delimiter="semicolon")
    assert "has no column 'Tarif'" in words(gone) or "lacks the needed" in words(gone)
    back = clerk.post(gone, "check", **READ, **{"column-plan": ""})
    assert "1: 1 new" in words(back)
