"""The pages Billed Users: all customers of a month, one customer, and one person."""

# ruff: noqa: RUF001 - the page has real minus signs and dashes

from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from tests.bookkeeping import OPERATOR, Cells, customer_ids, take, usage
from tests.console.cast import Browse, Months, table_rows, words

from tallybook.billing.rules import FROM_APRIL_2022, OBJECTS, RECIPE
from tallybook.billing.rules_in_force import Span, set_rule
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription, User
from tallybook.subscriptions.products import find_product
from tallybook.usage.months import month_before

ANCHOR, HOSTILE = "Anchor Ltd", "=1+1 <b>Ltd</b>"


def billed_address(subscription: Subscription, customer: UUID | None = None, rest: str = "") -> str:
    whose = f"{customer}/" if customer else ""
    return f"/subscriptions/{subscription.id}/billed-users/{whose}{rest}"


def person(name: str, email: str, **cells: object) -> Cells:
    return usage(object_name=name, object_details=email, **cells)


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    """Anchor Ltd: Ann stays, Ben left, two John Smiths joined, and a site is free. And a customer with a hostile name."""
    months = Months(subscription)
    before, now = {"month": months.before}, {"month": months.previous}
    rows = [
        *(person("Ann Bell", "ann@a.example", **month) for month in (before, now)),
        person("Ann Bell", "ann@a.example", object_type="OneDrive", licence="E3", **now),
        person("Ben Crow", "ben@a.example", **before),
        person("John Smith", "john@a.example", **now),
        person("John Smith", "smith@a.example", **now),
        usage(object_name="Site", object_type="SharePoint Files", **now),
        person("<i>Mallory</i>", "", customer=HOSTILE, **now),
    ]
    take(subscription, rows, tmp_path)
    return months


@pytest.fixture
def client(browse: Browse, owner: User, months: Months) -> Client:
    assert months.previous
    return browse(owner)


def test_each_customer_has_its_number_and_the_recipes(client: Client, subscription: Subscription) -> None:
    response = client.get(billed_address(subscription))
    assert table_rows(response) == [
        "Customer Billed By recipe Free Counting rule",
        "=1+1 <b>Ltd</b> 1 +1 1 0 People",
        "Anchor Ltd 3 +1 2 1 People",
        "Total 4 +2 3 1",
    ]
    assert "2 customers. Users by the counting rule in force, with the change since" in words(response)
    assert "=1+1 &lt;b&gt;Ltd" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("sort=-billed", "Anchor"),
        ("sort=billed", "=1+1"),
        ("sort=-name", "Anchor"),
        ("sort=-free", "Anchor"),
        ("sort=?", "=1+1"),
    ],
)
def test_the_address_sorts(client: Client, subscription: Subscription, query: str, first: str) -> None:
    assert table_rows(client.get(billed_address(subscription, rest=f"?{query}")))[1].startswith(first)


def test_customers_are_searched(client: Client, subscription: Subscription) -> None:
    assert table_rows(client.get(billed_address(subscription, rest="?search=ANCHOR")))[1:] == [
        "Anchor Ltd 3 +1 2 1 People",
        "Total 3 +1 2 1",
    ]
    none = client.get(billed_address(subscription, rest="?search=nobody"))
    assert "has “nobody” in the name" in words(none)


def test_the_rule_in_force_is_the_one_that_counts(client: Client, subscription: Subscription, months: Months) -> None:
    with subscription_scope(subscription.id):
        set_rule(subscription, Span(find_product("365 backup"), None, months.previous_month), RECIPE, actor=OPERATOR)
    assert "Anchor Ltd 2 2 1 The documented recipe, by name" in table_rows(client.get(billed_address(subscription)))


def test_a_month_without_users_says_why(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    client = browse(owner)
    assert "No usage yet" in words(client.get(billed_address(subscription)))
    months = Months(subscription)
    take(subscription, [usage(month=months.previous, product="VM Backup", object_type="VM")], tmp_path)
    assert "none of a product of which users are counted" in words(client.get(billed_address(subscription)))
    nothing = client.get(billed_address(subscription, rest=f"?month={months.before}"))
    assert "Nothing was imported for this month" in words(nothing)
    assert client.get(billed_address(subscription, rest="?month=2026-13")).status_code == 400


def test_a_month_that_takes_too_long_to_count_is_told(
    client: Client, subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.INSTALLATION, "report_timeout_seconds", -1)
    response = client.get(billed_address(subscription))
    assert response.status_code == 503
    assert "What was counted is kept; try again." in words(response)


def test_a_customers_page_tells_why_the_number_changed(client: Client, subscription: Subscription, months: Months) -> None:
    anchor = customer_ids(subscription)[ANCHOR]
    response = client.get(billed_address(subscription, anchor, f"?month={months.previous}"))
    assert table_rows(response) == [
        "Change Name Cause Reason",
        "+1 John Smith Joined Counted: this person has Mailbox.",
        "+1 John Smith Joined Counted: this person has Mailbox.",
        "−1 Ben Crow Left No backup in this month.",
        "+1 Together",
        "Names Cause By recipe People Who they are",
        "john smith Namesakes 1 2 john@a.example, smith@a.example",
        "Name Known by Reason",
        "Ann Bell ann@a.example Counted: this person has Mailbox and OneDrive.",
        "John Smith john@a.example Counted: this person has Mailbox.",
        "John Smith smith@a.example Counted: this person has Mailbox.",
        "Site site Free: SharePoint Files is none of the types by which users are billed.",
    ]
    assert "Billed 3 2 in" in words(response)
    first = client.get(billed_address(subscription, anchor, f"?month={months.before}"))
    assert "Changes since" not in words(first)


def test_of_a_month_without_usage_nobody_has_left(client: Client, subscription: Subscription, months: Months) -> None:
    anchor = customer_ids(subscription)[ANCHOR]
    response = client.get(billed_address(subscription, anchor, f"?month={months.current}"))
    assert "Nothing was imported for this month" in words(response)
    assert table_rows(response) == []


@pytest.mark.parametrize(("query", "names"), [("show=free", ["Site"]), ("search=SMITH@", ["John Smith"]), ("search=zz", [])])
def test_people_are_filtered(client: Client, subscription: Subscription, months: Months, query: str, names: list[str]) -> None:
    anchor = customer_ids(subscription)[ANCHOR]
    response = client.get(billed_address(subscription, anchor, f"?month={months.previous}&{query}"))
    rows = table_rows(response)
    people = rows[rows.index("Name Known by Reason") + 1 :] if "Name Known by Reason" in rows else []
    assert [row.split(" ")[0] for row in people] == [name.split(" ")[0] for name in names]
    assert ("Nobody fits this choice." in words(response)) is not bool(names)


def test_a_persons_page_tells_their_objects_and_months(client: Client, subscription: Subscription, months: Months) -> None:
    anchor = customer_ids(subscription)[ANCHOR]
    listed = client.get(billed_address(subscription, anchor, f"?month={months.previous}")).content.decode()
    query = urlencode({"month": months.previous, "product": 2, "organisation": "", "identity": "ann@a.example"})
    address = billed_address(subscription, anchor, f"person/?{query}")
    assert address.replace("&", "&amp;") in listed
    response = client.get(address)
    assert table_rows(response) == [
        "Type Name Address Licence Deleted Invoice",
        "Mailbox Ann Bell ann@a.example – – –",
        "OneDrive Ann Bell ann@a.example E3 – –",
        "Month Objects Reason Counting rule",
        f"{months.previous_month:%B %Y} Mailbox, OneDrive Counted: this person has Mailbox and OneDrive. People",
        f"{month_before(months.previous_month):%B %Y} Mailbox Counted: this person has Mailbox. People",
    ]
    assert "Would be free With no Mailbox, N/A, OneDrive or User Teams Chats left." in words(response)


def test_a_person_who_left_says_so(client: Client, subscription: Subscription, months: Months) -> None:
    anchor = customer_ids(subscription)[ANCHOR]
    query = urlencode({"month": months.previous, "product": 2, "identity": "ben@a.example"})
    response = client.get(billed_address(subscription, anchor, f"person/?{query}"))
    assert f"In {months.previous_month:%B %Y} No backup." in words(response)
    assert table_rows(response)[1].endswith("– No backup. People")


def test_a_person_without_a_licence_is_free_by_the_rule(
    client: Client, subscription: Subscription, months: Months, tmp_path: Path
) -> None:
    take(subscription, [person("Cem", "cem@a.example", month=months.previous, licence="none")], tmp_path)
    with subscription_scope(subscription.id):
        span = Span(find_product("365 backup"), None, months.previous_month)
        set_rule(subscription, span, FROM_APRIL_2022, actor=OPERATOR)
    anchor = customer_ids(subscription)[ANCHOR]
    query = urlencode({"month": months.previous, "product": 2, "identity": "cem@a.example"})
    said = words(client.get(billed_address(subscription, anchor, f"person/?{query}")))
    assert "Free: no licence is held." in said
    assert "Would be free" not in said


@pytest.mark.parametrize(
    "query",
    [
        "",
        "product=2",
        "product=2&identity=nobody",
        "product=99999999999&identity=ann@a.example",
        "product=²&identity=a",
        "identity=%00",
    ],
)
def test_nobody_is_made_up(client: Client, subscription: Subscription, query: str) -> None:
    anchor = customer_ids(subscription)[ANCHOR]
    assert client.get(billed_address(subscription, anchor, f"person/?{query}")).status_code == 404


def test_strangers_find_nothing(browse: Browse, stranger: User, subscription: Subscription, months: Months) -> None:
    anchor = customer_ids(subscription)[ANCHOR]
    client = browse(stranger)
    for address in (billed_address(subscription), billed_address(subscription, anchor, f"?month={months.previous}")):
        assert client.get(address).status_code == 404


def test_a_month_that_is_counted_by_objects_leads_to_its_people_too(
    client: Client, subscription: Subscription, months: Months
) -> None:
    with subscription_scope(subscription.id):
        set_rule(subscription, Span(find_product("365 backup"), None, months.previous_month), OBJECTS, actor=OPERATOR)
    anchor = customer_ids(subscription)[ANCHOR]
    page = client.get(billed_address(subscription, anchor, f"?month={months.previous}"))
    query = urlencode({"month": months.previous, "product": 2, "organisation": "", "identity": "ann@a.example"})
    assert billed_address(subscription, anchor, f"person/?{query}").replace("&", "&amp;") in page.content.decode()
    response = client.get(billed_address(subscription, anchor, f"person/?{query}"))
    reasons = "Counted: there is this Mailbox. Counted: there is this OneDrive."
    assert f"In {months.previous_month:%B %Y} {reasons}" in words(response)
    assert table_rows(response)[-1].endswith("Mailbox Counted: this person has Mailbox. People")


def test_customers_of_others_are_not_found(
    client: Client, subscription: Subscription, other_subscription: Subscription, tmp_path: Path
) -> None:
    take(other_subscription, [usage(customer="Elsewhere Ltd")], tmp_path)
    elsewhere = customer_ids(other_subscription)["Elsewhere Ltd"]
    for customer in (elsewhere, uuid4()):
        for rest in ("", "person/?product=2&identity=ann%20bell"):
            assert client.get(billed_address(subscription, customer, rest)).status_code == 404
