"""Making a report link in the console: the export dialog's choice, the form, and the step that shows the key."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from tests.bookkeeping import OPERATOR, customer_ids
from tests.conftest import PASSWORD
from tests.console.cast import Browse, Filled, fill, markup, page_address, words
from tests.console.link_cast import link_form, link_now, links_address, made, shown_key

from tallybook.links.keys import KeyKind, read_key
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role

CREATE = "Create Report API Link (CSV)"


def test_the_export_form_offers_a_link_to_who_may_make_one(
    browse: Browse, owner: User, viewer: User, subscription: Subscription
) -> None:
    address = page_address(subscription, "export/")
    page = markup(browse(owner).get(address))
    assert CREATE in page
    assert f'formaction="{links_address(subscription, "new/")}"' in page
    assert CREATE not in markup(browse(viewer).get(address))


def test_what_was_chosen_in_the_dialog_stands_in_the_form(filled: Filled) -> None:
    anchor = str(customer_ids(filled.subscription)["Anchor Ltd"])
    sent = {"from": filled.months.before, "to": filled.months.previous, "customer": anchor, "product": "2", "format": "csv"}
    response = filled.client.post(links_address(filled.subscription, "new/"), sent | {"products_shown": "1"})
    page = markup(response)
    assert response.status_code == 200
    assert f'value="{anchor}" checked' in page
    assert 'name="product" value="2" checked' in page
    assert 'name="product" value="1" checked' not in page
    assert page.count('value="chosen" data-opens="customers-list" checked') == 1
    assert 'value="fixed" data-opens="fixed-period" checked' in page
    assert f'<option value="{filled.months.before}" selected>' in page
    assert "Error:" not in words(response)
    assert 'aria-invalid="true"' not in page


def test_a_link_of_quantities_is_made_from_the_dialog_and_says_so(filled: Filled) -> None:
    address = links_address(filled.subscription, "new/")
    assert 'value="quantities" checked' in markup(filled.client.post(address, {"kind": "quantities", "products_shown": "1"}))
    sent = link_form(kind="quantities")
    assert filled.client.post(address, sent).status_code == 200
    assert link_now(filled.subscription, sent["link_id"]).saved.kind == "quantities"
    assert "Quantities, CSV" in words(filled.client.get(links_address(filled.subscription)))
    assert "Report Quantities, CSV" in words(filled.client.get(links_address(filled.subscription, f"{sent['link_id']}/")))
    wrong = filled.client.post(address, link_form(kind="all"))
    assert "Choose which report the link gives." in words(wrong)


def test_at_first_nobody_may_call_and_the_period_moves(filled: Filled) -> None:
    response = filled.client.get(links_address(filled.subscription, "new/"))
    page = markup(response)
    assert 'name="period" value="previous-month" checked' in page
    assert 'name="callers" value="anyone" checked' not in page
    assert 'data-opens="address-list" checked' not in page
    assert "<code data-own-address>127.0.0.1</code>" in page


def test_a_link_is_made_and_its_key_is_shown_once(browse: Browse, owner: User, subscription: Subscription) -> None:
    client, sent = browse(owner), link_form(name="  PSA & Co  ")
    response = client.post(links_address(subscription, "new/"), sent)
    key = read_key(shown_key(response), KeyKind.REPORT)
    link = link_now(subscription, sent["link_id"])
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert 'closedby="none"' in markup(response)
    assert "The key will not be shown again." in words(response)
    assert "I have stored the key" in words(response)
    assert key is not None
    assert (link.saved.name, link.saved.made_by) == ("PSA & Co", owner.email)
    assert key.text not in client.get(links_address(subscription, f"{sent['link_id']}/")).content.decode()


def test_sent_twice_makes_one_link(browse: Browse, owner: User, subscription: Subscription) -> None:
    client, sent = browse(owner), link_form()
    first = client.post(links_address(subscription, "new/"), sent)
    second = client.post(links_address(subscription, "new/"), sent)
    assert (first.status_code, second.status_code) == (200, 409)
    assert "This link was made already, and its key was shown then." in words(second)
    assert "1 link." in words(client.get(links_address(subscription)))


@pytest.mark.parametrize(
    ("changes", "period"),
    [
        ({"period": "fixed"}, "2026-09..2026-10"),
        ({"period": "last-months", "count": "12"}, "last-12-months"),
        ({"period": "year-to-date"}, "year-to-date"),
        ({"period": "this-month"}, "this-month"),
    ],
)
def test_every_period_can_be_chosen(
    browse: Browse, owner: User, subscription: Subscription, changes: dict[str, str], period: str
) -> None:
    link_id, _ = made(browse(owner), subscription, format="json", **changes)
    saved = link_now(subscription, link_id).saved
    assert (saved.period, saved.format) == (period, "json")


def test_addresses_are_normalised_and_shown_back(browse: Browse, owner: User, subscription: Subscription) -> None:
    sent = link_form(callers="listed", addresses="198.51.100.9/24\n\n ::ffff:192.0.2.7 , 2001:DB8::1")
    response = browse(owner).post(links_address(subscription, "new/"), sent)
    assert link_now(subscription, sent["link_id"]).gate.allowed == ["192.0.2.7", "198.51.100.0/24", "2001:db8::1"]
    for one in ("192.0.2.7", "198.51.100.0/24", "2001:db8::1"):
        assert f"<code>{one}</code>" in response.content.decode()


def test_scope_expiry_and_repeating_are_kept(filled: Filled) -> None:
    anchor = customer_ids(filled.subscription)["Anchor Ltd"]
    link_id, _ = made(
        filled.client,
        filled.subscription,
        customers="chosen",
        customer=[str(anchor)],
        products="chosen",
        product=["1", "2"],
        expiry="day",
        expires_on="2098-12-31",
        repeat="on",
    )
    link = link_now(filled.subscription, link_id)
    assert (link.saved.customer_ids, link.saved.product_ids) == ([anchor], [1, 2])
    assert link.gate.expires_at == datetime(2098, 12, 31, 23, tzinfo=UTC)
    assert link.gate.repeats_last_file


def test_all_means_all_whatever_is_ticked(filled: Filled) -> None:
    anchor = str(customer_ids(filled.subscription)["Anchor Ltd"])
    link_id, _ = made(filled.client, filled.subscription, customer=[anchor], product=["1"], addresses="192.0.2.7")
    link = link_now(filled.subscription, link_id)
    assert (link.saved.customer_ids, link.saved.product_ids, link.gate.allowed) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "The name of the link is empty. Give it a name."),
        ({"name": "x" * 201}, "has 201 characters"),
        ({"format": "xlsx"}, "Choose CSV or JSON."),
        ({"customers": ""}, "Choose whose usage the link gives."),
        ({"customers": "chosen"}, "No customer is ticked. Tick one at least, or choose all."),
        ({"customers": "chosen", "customer": "x"}, "A chosen customer is not there any more."),
        ({"products": "chosen"}, "No product is ticked. Tick one at least, or choose all."),
        ({"products": "chosen", "product": "99"}, "A chosen product is not in the catalogue."),
        ({"period": "tomorrow"}, "Choose which months the link gives."),
        ({"period": "last-months", "count": "0"}, "a number from 1 to 120"),
        ({"period": "last-months", "count": "\N{ARABIC-INDIC DIGIT ONE}"}, "a number from 1 to 120"),
        ({"period": "fixed", "from": ""}, "Choose a month."),
        ({"period": "fixed", "from": "2026-13"}, "which is no month"),
        ({"period": "fixed", "from": "2026-11"}, "after its end 2026-10. Exchange the two."),
        ({"callers": ""}, "Choose who may call the link."),
        ({"callers": "listed", "addresses": ""}, "The list names no address."),
        ({"callers": "listed", "addresses": "0.0.0.0/0"}, "0.0.0.0/0 means every IPv4 address."),
        ({"callers": "listed", "addresses": "192.0.2.07"}, "192.0.2.07 is no address and no network."),
        ({"expiry": "day"}, "Choose the last day on which the link answers, or never."),
        ({"expiry": "day", "expires_on": "soon"}, "This is no day. Write it as YYYY-MM-DD."),
        ({"expiry": "day", "expires_on": "2020-01-01"}, "The link would have expired on 2020-01-01."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    filled: Filled, changes: dict[str, str | list[str]], said: str
) -> None:
    sent = link_form(**({"name": "Kept name", "addresses": "203.0.113.5"} | changes))
    response = filled.client.post(links_address(filled.subscription, "new/"), sent)
    page = response.content.decode()
    assert response.status_code == 400
    assert said in words(response)
    assert f'value="{sent["link_id"]}"' in page
    assert str(sent["name"]).strip() in page
    assert str(sent["addresses"]) in page
    assert "No links yet" in words(filled.client.get(links_address(filled.subscription)))


def test_a_foreign_customer_is_like_a_missing_one(
    browse: Browse, owner: User, subscription: Subscription, other_subscription: Subscription, tmp_path: Path
) -> None:
    fill(other_subscription, tmp_path)
    client = browse(owner)
    answers = []
    for one in (customer_ids(other_subscription)["Anchor Ltd"], uuid4()):
        response = client.post(links_address(subscription, "new/"), link_form(customers="chosen", customer=[str(one)]))
        page = response.content.decode()
        answers.append((response.status_code, "is not there any more" in words(response), str(one) in page))
    assert answers == [(400, True, False)] * 2


@pytest.mark.parametrize("role", [Role.OWNER, Role.BILLING])
def test_owners_and_billing_clerks_may(browse: Browse, subscription: Subscription, role: Role) -> None:
    user = create_user(f"{uuid4()}@msp.example", PASSWORD)
    grant_role(subscription, user, role, actor=OPERATOR)
    link_id, key = made(browse(user), subscription)
    assert key.startswith("tbk_report_")
    assert link_now(subscription, link_id).saved.made_by == user.email


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_may(browse: Browse, viewer: User, stranger: User, subscription: Subscription, method: str) -> None:
    address = links_address(subscription, "new/")
    nobody, looking, foreign = (getattr(browse(user), method)(address, link_form()) for user in (None, viewer, stranger))
    assert (nobody.status_code, looking.status_code, foreign.status_code) == (302, 403, 404)
    assert "This is for the owner or billing of a subscription, and you are its viewer." in words(looking)
    missing = getattr(browse(stranger), method)(f"/subscriptions/{uuid4()}/links/new/", link_form())
    assert (missing.status_code, words(missing)) == (404, words(foreign))
    assert browse(viewer).put(address).status_code == 405
