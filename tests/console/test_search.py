"""Searching from every page."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from tests.bookkeeping import OPERATOR, customer_ids, take, usage
from tests.console.cast import Browse, Months, fill_customers, markup, page_address, words
from tests.console.customer_cast import (
    ANCHOR,
    HOSTILE,
    customer_address,
    customers_address,
    fill_objects,
    object_address,
)
from tests.links.made_links import make_link, make_links

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.customer_facts import set_reference
from tallybook.subscriptions.customers import rename_customer
from tallybook.subscriptions.models import Subscription, User


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    return fill_objects(subscription, tmp_path)


@pytest.fixture
def client(browse: Browse, viewer: User, months: Months) -> Client:
    assert months.previous
    return browse(viewer)


def search_address(subscription: Subscription) -> str:
    return f"/subscriptions/{subscription.id}/search/"


def found(client: Client, subscription: Subscription, text: str) -> str:
    response = client.get(search_address(subscription), {"q": text})
    assert response.status_code == 200
    return markup(response).partition("<main")[2]


def test_a_customer_is_found_by_name_former_name_reference_and_id(client: Client, subscription: Subscription) -> None:
    with subscription_scope(subscription.id):
        set_reference(subscription, ANCHOR, "PSA-4711", actor=OPERATOR)
        rename_customer(subscription, ANCHOR, "Mooring Ltd", actor=OPERATOR)
    address, customer_id = customer_address(subscription, "Mooring Ltd"), customer_ids(subscription)["Mooring Ltd"]
    for text in ("mooring", "ANCHOR", "4711", str(customer_id), str(customer_id)[:8].upper()):
        assert f'href="{address}"' in found(client, subscription, text), text
    assert f'href="{address}"' not in found(client, subscription, HOSTILE)


def test_an_object_is_found_by_name_and_address(client: Client, subscription: Subscription, months: Months) -> None:
    for text in ("ann bell", "ANN@a.example", "n b"):
        page = found(client, subscription, text)
        assert f'href="{object_address(subscription, "Ann Bell")}"' in page
        assert f'<td class="wrap">{ANCHOR}</td><td class="wide">{months.previous_month:%B %Y}</td>' in page
    assert "&lt;i&gt;Bob&lt;/i&gt;" in found(client, subscription, "<i>")


def test_a_link_is_found_by_name_and_end_of_key(client: Client, subscription: Subscription) -> None:
    made = make_link(subscription, name="ConnectWise <b>")
    for text in ("connect", made.key[-4:]):
        page = found(client, subscription, text)
        assert f'href="/subscriptions/{subscription.id}/links/{made.id}/"' in page
        assert "ConnectWise &lt;b&gt;" in page
        assert made.key not in page


@pytest.mark.parametrize("text", ["nobody at all", "%", "_", "'\"\\", "a\0", "; DROP TABLE customer", "x" * 200])
def test_nothing_found_says_so_and_keeps_what_was_typed(client: Client, subscription: Subscription, text: str) -> None:
    response = client.get(search_address(subscription), {"q": text})
    assert response.status_code == 200
    assert "Nothing found" in words(response)
    assert " ".join(text.replace("\0", "\ufffd").split()) in words(response).replace("\0", "\ufffd")


def test_nothing_asked_says_what_can_be_found(client: Client, subscription: Subscription) -> None:
    for text in ("", "   "):
        said = words(client.get(search_address(subscription), {"q": text}))
        assert "Type into the box of the menu" in said
        assert "Nothing found" not in said


def test_one_character_is_enough_and_10000_are_too_many(client: Client, subscription: Subscription) -> None:
    assert "Ann Bell" in found(client, subscription, "b")
    response = client.get(search_address(subscription), {"q": "x" * 10_000})
    assert response.status_code == 400
    assert "has 10,000 characters. Use 200 or fewer." in words(response)


def test_twenty_of_each_and_the_rest_behind_a_link(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    months = fill_customers(subscription, tmp_path, 30)
    make_links(subscription, 25, name="Customer feed")
    take(subscription, [usage(month=months.previous, object_name=f"customer {one}") for one in range(25)], tmp_path)
    client = browse(owner)
    page = found(client, subscription, "customer")
    assert page.count('<th scope="row"') == 60
    assert f'<a href="{customers_address(subscription)}?search=customer">10 more customers</a>' in page
    assert f'<a href="/subscriptions/{subscription.id}/links/?search=customer">5 more links</a>' in page
    more = f"{customers_address(subscription, 'objects/')}?month={months.previous}&amp;search=customer"
    assert f'<a href="{more}">More objects' in page
    assert "25 objects of this choice" in words(client.get(more.replace("&amp;", "&")))


def test_the_box_is_on_every_page(client: Client, subscription: Subscription) -> None:
    for address in (page_address(subscription), customer_address(subscription), "/nothing"):
        page = markup(client.get(address))
        assert f'<form role="search" class="find" action="{search_address(subscription)}">' in page
    assert 'value="b &quot;c"' in markup(client.get(search_address(subscription), {"q": 'b "c'}))


def test_a_stranger_finds_nothing(
    browse: Browse, stranger: User, subscription: Subscription, other_subscription: Subscription, months: Months
) -> None:
    assert months.previous
    make_link(subscription, name="Anchor feed")
    client = browse(stranger)
    assert "Nothing found" in found(client, other_subscription, "anchor")
    foreign, missing = (client.get(f"/subscriptions/{one}/search/?q=anchor") for one in (subscription.id, uuid4()))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert browse(None).get(search_address(subscription)).status_code == 302
