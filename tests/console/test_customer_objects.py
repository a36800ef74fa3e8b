"""The objects of a month, and one object through its months."""

# ruff: noqa: RUF001 - the pages have real minus signs and dashes

from pathlib import Path

import pytest
from django.test import Client
from tests.bookkeeping import take, usage
from tests.console.cast import Browse, Months, markup, table_rows, words
from tests.console.customer_cast import (
    HOSTILE,
    RIGHT_TO_LEFT,
    client,
    customer_address,
    customers_address,
    months,
    object_address,
)

from tallybook.console import objects_page
from tallybook.subscriptions.models import Subscription, User

__all__ = ["client", "months"]


def test_the_list_of_objects_of_a_month(client: Client, subscription: Subscription, months: Months) -> None:
    response = client.get(customer_address(subscription, rest="objects/"))
    day = f"7 {months.previous_month:%b %Y}"
    assert table_rows(response) == [
        "Object Type Organisation Licence Deleted Last backup Protected (KiB) Stored",
        "<i>Bob</i> OneDrive 365 Total Backup b.example – Yes – – –",
        f"Ann Bell ann@a.example Mailbox 365 Total Backup a.example Business Basic – {day} 2.00 –",
        "Total 2.00 –",
    ]
    everybody = client.get(customers_address(subscription, "objects/", month=months.before))
    assert [row.split(" ")[0] for row in table_rows(everybody)] == ["Object", "Ann", "Gone", "Total"]


def test_objects_are_narrowed_and_no_match_is_told_from_none(
    client: Client, subscription: Subscription, months: Months
) -> None:
    address = customer_address(subscription, rest="objects/")
    found = client.get(address, {"search": "ANN@", "type": "Mailbox", "organisation": ""})
    assert [row.split(" ")[0] for row in table_rows(found)[1:-1]] == ["Ann"]
    assert '<option value="Mailbox" selected' in markup(found)
    for narrowed in ({"search": "x\0"}, {"product": "x"}, {"product": "99999999"}, {"organisation": "x"}, {"type": "\0"}):
        none = client.get(address, narrowed)
        assert none.status_code == 200
        assert "fits this choice" in words(none), narrowed
    gone = client.get(customer_address(subscription, RIGHT_TO_LEFT, "objects/", month=months.previous))
    assert "There is usage of this month, and none of this customer." in words(gone)
    assert "Use 200 or fewer" in words(client.get(address, {"search": "x" * 10_000}))
    assert client.get(address, {"month": "2026-13"}).status_code == 400


def test_a_month_is_paged_through_so_far_and_no_further(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = Months(subscription)
    take(subscription, [usage(month=months.previous, object_name=f"Object {one:03}") for one in range(120)], tmp_path)
    monkeypatch.setattr(objects_page, "PAGED_AT_MOST", 100)
    client = browse(owner)
    second, beyond = (client.get(customers_address(subscription, "objects/", page=page)) for page in ("2", "3"))
    assert table_rows(second) == table_rows(beyond)
    assert [row.split(" ")[1] for row in table_rows(second)[1:-1]][-1] == "099"
    assert "120 objects. The first 100 of them can be paged through" in words(second)


def test_the_page_of_an_object(client: Client, subscription: Subscription, months: Months, tmp_path: Path) -> None:
    take(
        subscription,
        [usage(month=months.previous, organisation="a.example", object_details="ann@a.example", licence="E5")],
        tmp_path,
    )
    response = client.get(object_address(subscription, "Ann Bell"))
    head, newest, before, former_head, former = table_rows(response)
    assert head == "Month Licence Deleted Invoice Days Last and first backup Protected (KiB) Stored Said by"
    assert newest.startswith(f"{months.previous_month:%b %Y} E5 – – ")
    assert "import 2, line 2" in newest
    assert "import 1, line 2" in before
    assert former_head.endswith("Said by Replaced by")
    assert "Business Basic" in former
    assert former.endswith("import 2")
    hostile = client.get(object_address(subscription, "<i>Bob</i>"))
    assert '<h1 class="wrap">&lt;i&gt;Bob&lt;/i&gt;</h1>' in markup(hostile)


def test_an_object_of_another_customer_is_not_there(client: Client, subscription: Subscription) -> None:
    key = object_address(subscription, "=SUM(A1)").split("/")[-2]
    assert client.get(customer_address(subscription, rest=f"objects/{key}/")).status_code == 404
    assert client.get(customer_address(subscription, HOSTILE, f"objects/{key}/")).status_code == 200
