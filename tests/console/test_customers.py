"""The list of customers, and the page of one."""

# ruff: noqa: RUF001 - the pages have real minus signs and dashes

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.bookkeeping import customer_ids
from tests.console.cast import Browse, Months, fill_customers, markup, page_address, table_rows, words
from tests.console.customer_cast import (
    ANCHOR,
    HOSTILE,
    RIGHT_TO_LEFT,
    client,
    customer_address,
    customers_address,
    months,
    written,
)
from tests.links.made_links import make_link

from tallybook.billing.counting import count_months
from tallybook.subscriptions.customer_facts import set_notes, set_reference
from tallybook.subscriptions.customers import alias_customer
from tallybook.subscriptions.models import Subscription, User
from tallybook.usage.months import parse_month

__all__ = ["client", "months"]


def test_the_list_has_the_newest_month_with_usage(client: Client, subscription: Subscription, months: Months) -> None:
    make_link(subscription)
    make_link(subscription, customer_ids=(customer_ids(subscription)[ANCHOR],))
    written(subscription, set_reference, ANCHOR, "A-17")
    response = client.get(customers_address(subscription))
    short, before = (f"{month:%b %Y}" for month in (months.previous_month, parse_month(months.before, "month")))
    assert f"{months.previous_month:%B %Y}, open" in words(response)
    assert table_rows(response) == [
        "Customer Customer Reference Organisations Objects First month Last month Links",
        f"{HOSTILE} – 0 1 +1 {short} {short} 1",
        f"{ANCHOR} A-17 2 2 +1 {before} {short} 2",
        f"{RIGHT_TO_LEFT} – 0 0 −1 {before} {before} 1",
        "Total 2 3 +1",
    ]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "=Aש"),
        ("-name", "שA="),
        ("-objects", "A=ש"),
        ("-organisations", "A=ש"),
        ("first", "Aש="),
        ("-last", "=Aש"),
        ("links", "=Aש"),
        ("reference", "A=ש"),
        ("-reference", "A=ש"),
        ("nonsense", "=Aש"),
    ],
)
def test_the_address_sorts(client: Client, subscription: Subscription, sort: str, order: str) -> None:
    written(subscription, set_reference, ANCHOR, "A-17")
    response = client.get(customers_address(subscription, sort=sort))
    assert "".join(row[0] for row in table_rows(response)[1:-1]) == order


@pytest.mark.parametrize("text", ["anchor", "ANKER", "a-17", "  Anker  GmbH "])
def test_customers_are_searched_by_name_alias_and_reference(client: Client, subscription: Subscription, text: str) -> None:
    written(subscription, set_reference, ANCHOR, "A-17")
    written(subscription, alias_customer, ANCHOR, "Anker GmbH")
    rows = table_rows(client.get(customers_address(subscription, search=text)))
    assert [row.split()[0] for row in rows] == ["Customer", "Anchor", "Total"]
    assert "also Anker GmbH" in rows[1]


def test_no_match_is_told_from_nothing_yet(client: Client, subscription: Subscription) -> None:
    nobody = client.get(customers_address(subscription, search="<b>nobody"))
    assert "No customer has “&lt;b&gt;nobody” in the name" in nobody.content.decode()
    assert "No customers yet" not in words(nobody)


def test_without_customers_the_list_says_how_they_come(browse: Browse, owner: User, subscription: Subscription) -> None:
    said = words(browse(owner).get(customers_address(subscription)))
    assert "No customers yet" in said
    assert "tallybook import FILE" in said


def test_fifty_customers_a_page(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    fill_customers(subscription, tmp_path, 120)
    client = browse(owner)
    first, last, beyond = (client.get(customers_address(subscription, page=page)) for page in ("1", "3", "99"))
    assert len(table_rows(first)) == 52
    assert "Customers 101 to 120 of 120" in words(last)
    assert table_rows(last)[-1] == "Total of all pages 0 120"
    assert table_rows(beyond) == table_rows(last)


def test_names_in_usage_details_lead_to_the_customer(client: Client, subscription: Subscription) -> None:
    assert f'<a href="{customer_address(subscription)}">{ANCHOR}</a>' in markup(client.get(page_address(subscription)))


def test_the_page_of_a_customer(client: Client, subscription: Subscription, months: Months) -> None:
    written(subscription, set_reference, ANCHOR, "A-17")
    written(subscription, set_notes, ANCHOR, "<script>alert(1)</script>\nsecond line")
    written(subscription, alias_customer, ANCHOR, "Anker <GmbH>")
    make_link(subscription, name="PSA")
    make_link(subscription, name="Other", customer_ids=(customer_ids(subscription)[HOSTILE],))
    count_months(subscription, months.previous_month, months.previous_month)
    response = client.get(customer_address(subscription))
    said, page = words(response), response.content.decode()
    before = f"{parse_month(months.before, 'month'):%B %Y}"
    assert f"Usage until {months.previous_month:%B %Y}, last change just now" in said
    assert "Customer Reference A-17" in said
    assert str(customer_ids(subscription)[ANCHOR]) in said
    assert f"Organisations, with their objects of {months.previous_month:%B %Y} a.example · 1 b.example · 1" in said
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nsecond line" in page
    assert "Anker &lt;GmbH&gt;" in page
    assert table_rows(response) == [
        "Month 365 Total Backup Billed users Protected (KiB) Stored",
        f"{months.previous_month:%B %Y} 2 +1 2 2.00 –",
        f"{before} 1 – Count the billed users of {before} 1.00 –",
        "Name State Customers Period Last call",
        "PSA Active All October 2026 Never",
        *table_rows(response)[5:],
    ]
    changes = table_rows(response)[5:]
    assert changes[0] == "When Who What"
    assert "Added an alias of the customer Anchor Ltd Alias Anker <GmbH>" in changes[1]
    assert "Changed the notes about the customer Anchor Ltd" in changes[2]


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("rest", ["", "edit/", "aliases/remove/?alias=x", "objects/", f"objects/{UUID(int=7)}/"])
def test_a_foreign_customer_is_like_a_missing_one(
    browse: Browse, stranger: User, subscription: Subscription, other_subscription: Subscription, rest: str
) -> None:
    client, anchor = browse(stranger), customer_ids(subscription)[ANCHOR]
    answers = [client.get(customers_address(other_subscription, f"{one}/{rest}")) for one in (anchor, uuid4())] + [
        client.get(customers_address(one, f"{anchor}/{rest}")) for one in (subscription,)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert answers[0].content == answers[1].content
    assert ANCHOR not in answers[2].content.decode()


@pytest.mark.parametrize("rest", ["", "objects/"])
def test_nobody_is_sent_to_sign_in(browse: Browse, subscription: Subscription, rest: str) -> None:
    response = browse(None).get(customers_address(subscription, rest))
    assert (response.status_code, response["Location"]) == (302, f"/sign-in/?next={customers_address(subscription, rest)}")


def test_other_methods_are_refused(client: Client, subscription: Subscription) -> None:
    for rest, post in (("", True), ("aliases/add", False), ("objects/", True)):
        address = customer_address(subscription, rest=rest)
        assert (client.post(address) if post else client.get(address)).status_code == 405
    assert client.post(customers_address(subscription)).status_code == 405
