"""Two rules side by side: numbers, the people who make the difference, and the CSV."""

# ruff: noqa: RUF001 - the page has real minus signs

import csv
import io
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from tests.bookkeeping import customer_ids, take, usage
from tests.console.cast import Browse, Months, words
from tests.console.test_billed_users import ANCHOR, HOSTILE, billed_address, person

from tallybook.subscriptions.models import Subscription, User


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    """Anchor Ltd has two John Smiths in both months, and somebody without a licence in one; the other has one user."""
    months = Months(subscription)
    before, now = {"month": months.before}, {"month": months.previous}
    rows = [
        *(person("John Smith", email, **month) for email in ("john@a.example", "smith@a.example") for month in (before, now)),
        person("Una", "una@a.example", licence="Unlicensed", **now),
        person("=1+1", "sum@h.example", customer=HOSTILE, **now),
        person("Sum", "sum@h.example", customer=HOSTILE, object_type="OneDrive", **now),
        usage(product="VM Backup", object_type="VM", **now),
    ]
    take(subscription, rows, tmp_path)
    return months


@pytest.fixture
def client(browse: Browse, owner: User, months: Months) -> Client:
    assert months.previous
    return browse(owner)


def address(subscription: Subscription, rest: str = "", **parameters: str) -> str:
    return billed_address(subscription, rest=f"what-if/{rest}?{urlencode(parameters)}")


def test_numbers_and_people_by_two_rules(client: Client, subscription: Subscription, months: Months) -> None:
    page = words(client.get(address(subscription, **{"from": months.before, "to": months.previous})))
    assert "The rule in force The documented recipe, by name Difference" in page
    assert "2 1 −1" in page
    assert "4 4 0 Total 6 5 −1" in page
    assert "john@a.example smith@a.example Counted: this person has Mailbox. Counted: there is Mailbox of this name." in page
    assert "John Smith Anchor Ltd −1" in page
    assert "=1+1 / Sum" in page


def test_by_dated_rules_and_of_one_customer(client: Client, subscription: Subscription) -> None:
    anchor = str(customer_ids(subscription)[ANCHOR])
    page = words(client.get(address(subscription, first="people", second="from-2022-04", customer=anchor)))
    assert "What if: Anchor Ltd" in page
    assert "3 2 −1" in page
    assert "Una Anchor Ltd −1 una@a.example Counted: this person has Mailbox. Free: no licence is held." in page


def test_rules_that_agree_have_nobody(client: Client, subscription: Subscription) -> None:
    page = words(client.get(address(subscription, first="people", second="in-force")))
    assert "Nobody: the two rules bill the same people." in page


@pytest.mark.parametrize(
    ("parameters", "status", "sentence"),
    [
        ({"first": "objects"}, 400, "A rule is one of"),
        ({"from": "2026-13"}, 400, "2026-13"),
        ({"from": "2026-05", "to": "2026-04"}, 400, "The last month is before the first one."),
        ({"from": "2020-01", "to": "2026-04"}, 400, "At most 13 months"),
        ({"from": "2000-01", "to": "2000-02"}, 200, "Nobody"),
        ({"customer": "x"}, 404, "no such customer"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    client: Client, subscription: Subscription, parameters: dict[str, str], status: int, sentence: str
) -> None:
    response = client.get(address(subscription, **parameters))
    assert response.status_code == status
    assert sentence in words(response)


def test_the_csv_has_everybody_and_no_formula(client: Client, subscription: Subscription, months: Months) -> None:
    asked = {"from": months.before, "to": months.previous}
    response = client.get(address(subscription, "download", **asked))
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [(row["Month"], row["Customer Name"], row["Names"], row["Difference"]) for row in rows] == [
        (months.before, ANCHOR, "John Smith", "-1"),
        (months.previous, f"'{HOSTILE}", "'=1+1 / Sum", "1"),
        (months.previous, ANCHOR, "John Smith", "-1"),
    ]
    assert response["Tallybook-Row-Count"] == "3"
    assert rows[0]["First Reason"] == "Counted: this person has Mailbox."
    assert rows[0]["Known By"] == "john@a.example, smith@a.example"
    assert response["Content-Disposition"] == f'attachment; filename="what-if-{months.before}-to-{months.previous}.csv"'


def test_what_takes_too_long_is_told(client: Client, subscription: Subscription, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings.INSTALLATION, "report_timeout_seconds", -1)
    for rest in ("", "download"):
        response = client.get(address(subscription, rest))
        assert response.status_code == 503
        assert "Ask for fewer months, or for one customer." in words(response)


def test_strangers_find_nothing(browse: Browse, stranger: User, subscription: Subscription, months: Months) -> None:
    assert months.previous
    client = browse(stranger)
    assert client.get(address(subscription)).status_code == 404
    assert client.get(address(subscription, "download")).status_code == 404
