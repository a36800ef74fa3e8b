"""The work on a file that was sent: who has it in hand, when it is too large, and what becomes of it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from tests.bookkeeping import query, reported, usage
from tests.console.cast import Browse, words
from tests.console.import_cast import ANN, BEN, READ, Clerk, clerk

from tallybook.database.scope import subscription_scope
from tallybook.metering import working
from tallybook.metering.importing import import_file
from tallybook.metering.models import State, Upload
from tallybook.metering.uploads import path_of
from tallybook.subscriptions.models import User

__all__ = ["clerk"]


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
    # To each of them it is done, or being done, what they want.
    assert statuses == [302] * 8
    assert query(clerk.subscription, "SELECT count(*) FROM usage_import") == [(1,)]


def test_what_is_confirmed_is_the_check_that_was_seen(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    seen = clerk.upload(page).attempt
    clerk.post(page, "check", **READ, month="2026-01")
    answer = clerk.client.post(f"{page.request['PATH_INFO']}import", {"attempt": seen})
    assert answer.status_code == 409
    assert "Somebody worked on this file after you opened the page." in words(answer)
    assert reported(clerk.subscription) == []


def test_a_double_click_is_one_check(clerk: Clerk) -> None:
    page = clerk.send([ANN])
    address, sent = f"{page.request['PATH_INFO']}check", READ | {"attempt": clerk.upload(page).attempt}
    assert clerk.client.post(address, sent).status_code == 302
    assert clerk.client.post(address, sent).status_code == 302
    assert clerk.client.post(address, sent | {"replace": "on"}).status_code == 409


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
