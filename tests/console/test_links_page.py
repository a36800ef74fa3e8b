"""Shared API Links: the list of all links, and the page of each."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.bookkeeping import OPERATOR, customer_ids
from tests.console.cast import Browse, Filled, page_address, words
from tests.console.link_cast import link_form, links_address, make_link, note_call, snippet

from tallybook.console.link_wording import outcome_words
from tallybook.database.scope import subscription_scope
from tallybook.links.links import pause_link, revoke_link
from tallybook.links.models import LinkCall, LinkGate, ReportLink
from tallybook.links.problems import OF_LINKS
from tallybook.links.snippets import KEY_PLACEHOLDER
from tallybook.subscriptions.customers import rename_customer
from tallybook.subscriptions.models import Subscription, User


def test_the_way_there(browse: Browse, clerk: User, viewer: User, subscription: Subscription) -> None:
    assert "Manage Shared API Links" in words(browse(clerk).get(page_address(subscription)))
    page = browse(viewer).get(page_address(subscription))
    assert "Manage" not in words(page)
    assert page.content.decode().count(f'href="{links_address(subscription)}"') == 2


def test_before_the_first_link_the_page_says_what_one_is(
    browse: Browse, owner: User, viewer: User, subscription: Subscription
) -> None:
    for user, offered in ((owner, True), (viewer, False)):
        said = words(browse(user).get(links_address(subscription)))
        assert "No links yet" in said
        assert ("Create Report API Link" in said) is offered


def test_a_row_says_all_of_a_link(filled: Filled, viewer: User, browse: Browse) -> None:
    subscription = filled.subscription
    anchor = customer_ids(subscription)["Anchor Ltd"]
    link, key = make_link(subscription, customer_ids=(anchor,), product_ids=(1, 2), allowed=("192.0.2.7",), name="<b>PSA")
    note_call(subscription, link, row_count=1234)
    note_call(subscription, link, 429, "too-early", calls=3, called_at=datetime.now(UTC) - timedelta(minutes=2))
    said = words(browse(viewer).get(links_address(subscription)))
    assert f"<b>PSA Active CSV Key …{key.last_four} The previous month Anchor Ltd, 2 products 192.0.2.7" in said
    assert "tester Never just now from 192.0.2.7 Report made and sent, 1,234 rows Next call allowed: now 4" in said


def test_states_are_told_and_filtered(browse: Browse, owner: User, subscription: Subscription) -> None:
    names = {name: make_link(subscription, name=name)[0] for name in ("Alpha", "Beta", "Gamma", "Delta")}
    with subscription_scope(subscription.id):
        pause_link(subscription, names["Beta"].saved.id, actor=OPERATOR)
        revoke_link(subscription, names["Gamma"].saved.id, actor=OPERATOR)
        LinkGate.objects.filter(link_id=names["Delta"].saved.id).update(expires_at=datetime.now(UTC) - timedelta(days=2))
    note_call(subscription, names["Alpha"])
    client = browse(owner)
    for state, shown in (
        ("active", {"Alpha"}),
        ("paused", {"Beta"}),
        ("revoked", {"Gamma"}),
        ("expired", {"Delta"}),
        ("never-used", {"Beta", "Gamma", "Delta"}),
    ):
        page = client.get(links_address(subscription), {"state": state}).content.decode()
        assert {name for name in names if f">{name}</a>" in page} == shown, state
    assert "No such link" in words(client.get(links_address(subscription), {"search": "nobody"}))


def test_names_are_searched_and_columns_sorted(browse: Browse, owner: User, subscription: Subscription) -> None:
    made = [make_link(subscription, name=name)[0] for name in ("Öster", "alpha", "Beta")]
    note_call(subscription, made[2])
    client = browse(owner)

    def order(**query: str) -> list[str]:
        page = client.get(links_address(subscription), query).content.decode()
        places = {name: page.find(f">{name}</a>") for name in ("Öster", "alpha", "Beta")}
        return sorted((name for name in places if places[name] > 0), key=places.__getitem__)

    assert order() == ["Beta", "alpha", "Öster"]
    assert order(sort="name")[:2] == ["alpha", "Beta"]
    assert order(sort="-called")[0] == order(sort="-calls")[0] == "Beta"
    assert order(search="ALPHA") == ["alpha"]
    assert len(order(sort="nonsense")) == 3


def test_an_expiry_is_warned_of_from_thirty_days_before(browse: Browse, owner: User, subscription: Subscription) -> None:
    day = datetime.now(subscription.zone).date()
    for days in (0, 10, 29, 40):
        make_link(subscription, name=f"In {days}", expires_on=day + timedelta(days=days))
    said = words(browse(owner).get(links_address(subscription)))
    assert "Expires today" in said
    assert "Expires in 10 days" in said
    assert said.count("Expires in") == 2


def test_fifty_links_a_page(browse: Browse, owner: User, subscription: Subscription) -> None:
    for number in range(51):
        make_link(subscription, name=f"Link {number:02}")
    client = browse(owner)
    first = client.get(links_address(subscription), {"sort": "name"})
    second = client.get(links_address(subscription), {"sort": "name", "page": "2"})
    assert "Links 1 to 50 of 51" in words(first)
    assert ">Link 50</a>" in second.content.decode()
    assert ">Link 49</a>" not in second.content.decode()


def test_the_page_of_a_link_says_everything(browse: Browse, viewer: User, subscription: Subscription) -> None:
    link, key = make_link(subscription, allowed=("192.0.2.7",), format="json", repeats_last_file=True)
    note_call(subscription, link, row_count=7, size_bytes=1024, milliseconds=31)
    note_call(subscription, link, 429, "too-early", calls=5)
    response = browse(viewer).get(links_address(subscription, f"{link.saved.id}/"))
    said = words(response)
    for part in (
        f"http://localhost:8000/api/v1/report-links/{link.saved.id}",
        "All customers, also those that come later",
        "The previous month",
        "192.0.2.7",
        "Gets the last file again",
        f"…{key.last_four} goes on",
        "Report made and sent 200 1 7 1,024 31",
        "Refused: called too early 429 5",
    ):
        assert part in said, part
    assert KEY_PLACEHOLDER in snippet(response, "curl")
    assert "Revoke" not in said


def test_renamed_and_lost_choices_are_noted(filled: Filled) -> None:
    subscription, ids = filled.subscription, customer_ids(filled.subscription)
    with subscription_scope(subscription.id):
        rename_customer(subscription, "Zeta Oy", "Eta Oy", actor=OPERATOR)
    link, _ = make_link(subscription, customer_ids=(ids["Anchor Ltd"], ids["Zeta Oy"], uuid4()), product_ids=(1, 32000))
    with subscription_scope(subscription.id):
        rename_customer(subscription, "Anchor Ltd", "Harbour Ltd", actor=OPERATOR)
        rename_customer(subscription, "Harbour Ltd", "Quay Ltd", actor=OPERATOR)
    said = words(filled.client.get(links_address(subscription, f"{link.saved.id}/")))
    assert "“Anchor Ltd” is called “Quay Ltd” now. The link still covers it." in said
    assert "“Zeta Oy”" not in said
    assert "1 chosen customer is no longer there. The link covers the others." in said
    assert "1 chosen product is no longer there." in said


def test_the_log_has_pages(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription)
    now = datetime.now(UTC)
    for number in range(52):
        note_call(subscription, link, row_count=1000 + number, called_at=now - timedelta(minutes=number))
    client = browse(owner)
    first, second = (words(client.get(links_address(subscription, f"{link.saved.id}/?page={page}"))) for page in (1, 2))
    assert "Calls 1 to 50 of 52" in first
    assert "1,049" in first
    assert "1,050" not in first
    assert "1,051" in second


def test_every_refusal_has_words_of_its_own() -> None:
    said = {outcome_words(LinkCall(outcome=kind.name, status=kind.status)) for kind in OF_LINKS}
    assert len(said) == len(OF_LINKS)
    assert all(one.startswith(("Refused: ", "Not now: ")) for one in said)
    assert outcome_words(LinkCall(outcome="new-kind", status=418)) == "Refused: new-kind"


def test_the_collection_is_downloaded(browse: Browse, viewer: User, subscription: Subscription) -> None:
    link, key = make_link(subscription)
    response = browse(viewer).get(links_address(subscription, f"{link.saved.id}/postman.json"))
    assert response["Content-Type"] == "application/json"
    assert "attachment" in response["Content-Disposition"]
    assert response.json()["variable"][0]["value"].endswith(f"/api/v1/report-links/{link.saved.id}")
    assert key.text not in response.content.decode()


@pytest.mark.parametrize("rest", ["", "edit/", "rotate/", "revoke/", "postman.json"])
def test_a_foreign_link_is_like_a_missing_one(
    browse: Browse, owner: User, subscription: Subscription, other_subscription: Subscription, rest: str
) -> None:
    foreign, _ = make_link(other_subscription)
    client = browse(owner)
    answers = [client.get(links_address(subscription, f"{one}/{rest}")) for one in (foreign.saved.id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert words(answers[0]) == words(answers[1])
    assert "There is no such report link." in words(answers[0])


@pytest.mark.parametrize("rest", ["", "edit/", "rotate/", "revoke/", "postman.json"])
def test_strangers_and_nobody(browse: Browse, stranger: User, subscription: Subscription, rest: str) -> None:
    own, _ = make_link(subscription)
    address = links_address(subscription, f"{own.saved.id}/{rest}")
    assert browse(stranger).get(address).status_code == 404
    assert browse(None).get(address)["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("rest", ["", "{}/", "{}/postman.json"])
def test_reading_pages_are_only_read(browse: Browse, owner: User, subscription: Subscription, rest: str) -> None:
    link, _ = make_link(subscription)
    response = browse(owner).post(links_address(subscription, rest.format(link.saved.id)), link_form())
    assert response.status_code == 405
    assert browse(None).get(links_address(subscription)).status_code == 302


def test_another_subscriptions_links_are_not_listed(
    browse: Browse, owner: User, subscription: Subscription, other_subscription: Subscription
) -> None:
    make_link(other_subscription, name="Foreign")
    make_link(subscription, name="Own")
    page = browse(owner).get(links_address(subscription)).content.decode()
    assert "Own" in page
    assert "Foreign" not in page
    with subscription_scope(subscription.id):
        assert ReportLink.objects.count() == 1
