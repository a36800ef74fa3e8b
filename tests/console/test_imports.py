"""From a file on a clerk's desk to the ledger and back, in pages."""

import csv
import html
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from tests.bookkeeping import Cells, query, reported, usage, usage_csv
from tests.console.cast import Browse, markup, words

from tallybook.database.scope import subscription_scope
from tallybook.metering import working
from tallybook.metering.importing import import_file
from tallybook.metering.models import State, Upload
from tallybook.metering.uploads import path_of, refused_path_of
from tallybook.subscriptions.models import Subscription, User

ANN = usage(object_name="Ann Bell", protected_bytes=100)
BEN = usage(object_name="Ben Crow", customer="Bridge GmbH", month="2026-09")
BAD = usage(object_name="Cat Dow", protected_bytes="a lot")


class Clerk:
    """Somebody who sends files into a subscription."""

    def __init__(self, client: Client, subscription: Subscription) -> None:
        self.client, self.subscription = client, subscription
        self.imports = f"/subscriptions/{subscription.id}/imports/"

    def send(self, content: bytes | list[Cells], name: str = "usage.csv") -> Any:  # noqa: ANN401 - a response of Django's client
        """Send a file and see what was found."""
        data = usage_csv(content) if isinstance(content, list) else content
        response = self.client.post(f"{self.imports}new/", {"file": SimpleUploadedFile(name, data)}, follow=True)
        return self._settled(response)

    def post(self, response: Any, what: str, **fields: object) -> Any:  # noqa: ANN401 - likewise
        """Press a button of an upload's page."""
        address = response.request["PATH_INFO"]
        answer = self.client.post(f"{address}{what}", {"attempt": self.upload(response).attempt} | fields, follow=True)
        return self._settled(answer)

    def upload(self, response: Any) -> Upload:  # noqa: ANN401 - likewise
        with subscription_scope(self.subscription.id):
            return Upload.objects.get(subscription_id=self.subscription.id, id=response.request["PATH_INFO"].split("/")[-2])

    def uploads(self) -> list[Upload]:
        with subscription_scope(self.subscription.id):
            return list(Upload.objects.filter(subscription_id=self.subscription.id))

    def _settled(self, response: Any) -> Any:  # noqa: ANN401 - likewise
        """The page once the work is done, which on a busy machine may take longer than a request waits."""
        deadline = time.monotonic() + 60
        while "data-work" in markup(response):
            assert time.monotonic() < deadline
            time.sleep(0.2)
            response = self.client.get(response.request["PATH_INFO"], follow=True)
        return response


@pytest.fixture
def clerk(browse: Browse, owner: User, subscription: Subscription) -> Clerk:
    return Clerk(browse(owner), subscription)


READ = {"profile": "auto", "new_customers": "on"}


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
    assert row["Why It Was Refused"].startswith("Not a number")
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
    assert "say “Month of rows that name none” YYYY-MM" in words(page)
    wrong = clerk.post(page, "check", **READ, month="August")
    assert wrong.status_code == 400
    assert "no month. Write it as YYYY-MM" in words(wrong)
    assert 'value="August"' in markup(wrong)
    right = clerk.post(page, "check", **READ, month="2026-08")
    assert "August 2026: 1 customer" in words(right)
    clerk.post(right, "import")
    assert [row["Month"] for row in reported(clerk.subscription)] == ["2026-08"]


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


def test_an_import_is_undone_after_it_was_said_what_that_does(clerk: Clerk) -> None:
    clerk.post(clerk.send([ANN, BEN]), "import")
    question = clerk.client.get(f"{clerk.imports}1/undo/")
    assert "September 2026 1 0 0 October 2026 1 0 0" in words(question)
    done = clerk.client.post(f"{clerk.imports}1/undo/", follow=True)
    assert "The import was undone." in words(done)
    assert "Undone" in words(clerk.client.get(clerk.imports))
    assert reported(clerk.subscription) == []
    again = clerk.client.post(f"{clerk.imports}1/undo/")
    assert again.status_code == 409
    assert "Import 1 was undone already." in words(again)


def test_a_later_import_hinders_undoing(clerk: Clerk) -> None:
    clerk.post(clerk.send([ANN], "first.csv"), "import")
    clerk.post(clerk.send([ANN], "second.csv"), "import")
    question = clerk.client.get(f"{clerk.imports}1/undo/")
    assert "2 (second.csv)" in words(question)
    assert "Undo import 1</button>" not in markup(question)
    assert clerk.client.post(f"{clerk.imports}1/undo/").status_code == 409


def test_of_two_who_import_at_once_one_does(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    upload = clerk.upload(page)
    address = f"{clerk.imports}files/{upload.id}/import"

    def confirm(_number: int) -> int:
        try:
            client = Client(HTTP_HOST="localhost")
            client.cookies = clerk.client.cookies
            return client.post(address, {"attempt": upload.attempt}, secure=True).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(confirm, range(8)))
    assert statuses.count(409) + statuses.count(302) == 8
    assert query(clerk.subscription, "SELECT count(*) FROM usage_import") == [(1,)]


def test_what_is_confirmed_is_the_check_that_was_seen(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    seen = clerk.upload(page).attempt
    clerk.post(page, "check", **READ, month="2026-01")
    answer = clerk.client.post(f"{page.request['PATH_INFO']}import", {"attempt": seen})
    assert answer.status_code == 409
    assert "Somebody worked on this file after you opened the page." in words(answer)
    assert reported(clerk.subscription) == []


def test_work_that_fell_silent_can_be_taken_in_hand_again(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    upload = clerk.upload(page)
    with subscription_scope(clerk.subscription.id):
        Upload.objects.filter(subscription_id=clerk.subscription.id, id=upload.id).update(
            state=State.IMPORTING, beat_at=datetime.now(UTC) - timedelta(minutes=1)
        )
    silent = clerk.client.get(page.request["PATH_INFO"])
    assert "The work on this file was interrupted" in words(silent)
    clerk.post(clerk.post(silent, "check", **READ), "import")
    assert [row["Object Name"] for row in reported(clerk.subscription)] == ["Ann Bell"]


def test_a_file_is_removed(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    path = path_of(clerk.upload(page))
    assert path.exists()
    assert "usage.csv" in words(clerk.client.get(clerk.imports))
    done = clerk.client.post(f"{page.request['PATH_INFO']}remove", follow=True)
    assert "The file was removed." in words(done)
    assert not path.exists()
    assert clerk.client.get(page.request["PATH_INFO"]).status_code == 404


def test_a_viewer_sees_imports_and_makes_none(browse: Browse, viewer: User, clerk: Clerk) -> None:
    clerk.post(clerk.send([ANN, BAD]), "import")
    waiting = clerk.send([BEN], "waiting.csv")
    upload = clerk.upload(waiting)
    client = browse(viewer)
    listed = client.get(clerk.imports)
    assert "usage.csv" in words(listed)
    assert "waiting.csv" not in words(listed)
    assert "Import a usage file" not in words(listed)
    page = client.get(f"{clerk.imports}1/")
    assert "Undo this import" not in words(page)
    assert "Download" not in words(page)
    for address in ("new/", "1/undo/", f"files/{upload.id}/", f"files/{upload.id}/refused.csv"):
        assert client.get(clerk.imports + address).status_code == 403, address
    for address in ("new/", "1/undo/", *(f"files/{upload.id}/{what}" for what in ("check", "import", "remove"))):
        assert client.post(clerk.imports + address).status_code == 403, address


def test_files_and_imports_of_somebody_else_are_not_there(
    browse: Browse, stranger: User, other_subscription: Subscription, clerk: Clerk
) -> None:
    page = clerk.send([ANN])
    upload = clerk.upload(page)
    clerk.post(page, "import")
    client = browse(stranger)
    theirs = f"/subscriptions/{other_subscription.id}/imports/"
    for base in (theirs, clerk.imports):
        for address in ("1/", "1/undo/", f"files/{upload.id}/", f"files/{upload.id}/refused.csv"):
            assert client.get(base + address).status_code == 404, base + address
        assert client.post(f"{base}files/{upload.id}/remove").status_code == 404
    assert client.get(f"{theirs}9999999999999/").status_code == 404
    assert client.get(f"{theirs}files/{uuid4()}/").status_code == 404


@pytest.fixture
def many(clerk: Clerk) -> Clerk:
    for number in range(3):
        rows = [usage(object_name=f"Ann {number}"), *([BAD] if number == 1 else [])]
        clerk.post(clerk.send(rows, f"file {number}%.csv"), "import")
    return clerk


def test_the_list_is_filtered_sorted_and_says_when_nothing_fits(many: Clerk) -> None:
    def names(address: str) -> list[str]:
        return [f"file {n}%" for n in _order(words(many.client.get(many.imports + address)))]

    assert names("") == ["file 2%", "file 1%", "file 0%"]
    assert names("?sort=number") == ["file 0%", "file 1%", "file 2%"]
    assert names("?state=refused") == ["file 1%"]
    assert names("?search=2%25") == ["file 2%"]
    assert names("?state=undone") == []
    assert "No such import" in words(many.client.get(f"{many.imports}?search=_"))
    assert many.client.get(f"{many.imports}?search=%00&sort=nonsense&page=x").status_code == 200


def _order(text: str) -> list[str]:
    return [text[index + 5] for index in range(len(text)) if text.startswith("file ", index) and text[index + 6] == "%"]


def test_the_page_of_a_hostile_name_shows_it_as_it_is(clerk: Clerk) -> None:
    row = usage(customer="<b>=1+1</b>", object_name="<script>alert(1)</script>", protected_bytes="<i>")
    page = clerk.send([row], "<x>&.csv")
    assert "<script>alert" not in markup(page)
    for shown in ("<x>&.csv", "<b>=1+1</b>", "<script>alert(1)</script>"):
        assert html.escape(shown) in markup(page)


def test_an_upload_of_a_day_ago_is_forgotten(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    upload = clerk.upload(page)
    with subscription_scope(clerk.subscription.id):
        Upload.objects.filter(id=upload.id, subscription_id=clerk.subscription.id).update(
            sent_at=datetime.now(UTC) - timedelta(days=2)
        )
    clerk.send([BEN])
    assert [one.id for one in clerk.uploads()] != [upload.id]
    assert len(clerk.uploads()) == 1


def test_a_file_that_is_too_large_is_not_even_read(clerk: Clerk, settings: LazySettings) -> None:
    settings.INSTALLATION = settings.INSTALLATION.model_copy(update={"import_megabytes": 4})
    sent = clerk.client.post(f"{clerk.imports}new/", {"file": SimpleUploadedFile("large.csv", b"x" * 4_000_001)})
    assert sent.status_code == 413
    assert "A file that is sent may have 4 MB." in words(sent)
    assert clerk.uploads() == []


def test_who_is_not_signed_in_sends_no_file(browse: Browse, clerk: Clerk) -> None:
    file = SimpleUploadedFile("large.csv", b"x" * 4_000_000)
    assert browse(None).post(f"{clerk.imports}new/", {"file": file}).status_code == 413


def test_a_large_file_goes_to_no_other_address(clerk: Clerk) -> None:
    file = SimpleUploadedFile("large.csv", b"x" * 4_000_000)
    assert clerk.client.post("/sign-out/", {"file": file}).status_code == 413


def test_a_viewer_sends_no_large_file(browse: Browse, viewer: User, clerk: Clerk) -> None:
    file = SimpleUploadedFile("large.csv", b"x" * 4_000_000)
    assert browse(viewer).post(f"{clerk.imports}new/", {"file": file}).status_code == 413


def test_a_file_that_is_being_worked_on_is_not_removed(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    upload = clerk.upload(page)
    with subscription_scope(clerk.subscription.id):
        Upload.objects.filter(subscription_id=clerk.subscription.id, id=upload.id).update(
            state=State.IMPORTING, beat_at=datetime.now(UTC)
        )
    refused = clerk.client.post(f"{page.request['PATH_INFO']}remove")
    assert refused.status_code == 400
    assert "This file is being worked on" in words(refused)
    assert path_of(upload).exists()


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


def test_what_is_taken_away_is_what_was_shown(clerk: Clerk) -> None:
    clerk.post(clerk.send([ANN]), "import")
    page = clerk.post(clerk.send([ANN]), "check", **READ, replace="on")
    clerk.post(clerk.send([usage(object_name="Ben Crow")], "later.csv"), "import")
    answer = clerk.post(page, "import")
    assert "The ledger was changed after this file was checked" in words(answer)
    assert [row["Object Name"] for row in reported(clerk.subscription)] == ["Ann Bell", "Ben Crow"]


def test_work_that_somebody_else_has_taken_in_hand_keeps_nothing(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = clerk.send([ANN])
    upload = clerk.upload(page)

    def takes_long(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - what is called in its place
        with subscription_scope(clerk.subscription.id):
            Upload.objects.filter(subscription_id=clerk.subscription.id, id=upload.id).update(attempt=99)
        return import_file(*arguments, **more)

    monkeypatch.setattr(working, "import_file", takes_long)
    clerk.client.post(f"{page.request['PATH_INFO']}import", {"attempt": upload.attempt})
    deadline = time.monotonic() + 30
    while any(thread.name == f"upload {upload.id}" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert reported(clerk.subscription) == []
    assert query(clerk.subscription, "SELECT count(*) FROM usage_import") == [(0,)]
