"""Step-up: what is dangerous asks again, comes back, and loses nothing."""

import html
import re

import pytest
from django.core.cache import cache
from django.test import Client
from tests import codes
from tests.conftest import PASSWORD
from tests.console.cast import Answer, Browse, words
from tests.console.link_cast import link_form, link_now, links_address, make_link, shown_key
from tests.console.people_cast import long_after, people_address

from tallybook.subscriptions.models import Subscription, User

TITLE = "Confirm that it is you"


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


def held(response: Answer) -> dict[str, list[str]]:
    """What the page Confirm would send again."""
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', response.content.decode()):
        if name != "csrfmiddlewaretoken":
            sent.setdefault(name, []).append(html.unescape(value))
    return sent


def pages(subscription: Subscription, viewer: User) -> list[str]:
    link, _ = make_link(subscription)
    of_links = [
        links_address(subscription, rest)
        for rest in ("new/", *(f"{link.saved.id}/{deed}/" for deed in ("edit", "rotate", "revoke")))
    ]
    of_people = [people_address(subscription, rest) for rest in ("invite/", f"{viewer.id}/role/", f"{viewer.id}/remove/")]
    return [*of_links, *of_people, "/account/totp/on/", "/account/totp/off/", "/account/recovery-codes/"]


def test_each_dangerous_page_asks_first_and_is_come_back_to(
    browse: Browse, owner: User, viewer: User, subscription: Subscription
) -> None:
    codes.protect(owner)
    for address in pages(subscription, viewer):
        client = long_after(browse(owner))
        asked = client.get(address)
        assert (asked.status_code, asked["Location"]) == (302, f"/confirm/?next={address.replace('/', '%2F')}")
        page = client.get(asked["Location"])
        assert TITLE in words(page)
        wrong = client.post("/confirm/", held(page) | {"proof_password": "wrong"})
        assert (wrong.status_code, "This is not your password." in words(wrong)) == (400, True)
        done = client.post("/confirm/", held(wrong) | {"proof_password": PASSWORD})
        assert (done.status_code, done["Location"]) == (302, address)
        assert client.get(address).status_code in (200, 302)
        assert TITLE not in words(client.get(address))


def test_whoever_signed_in_lately_is_not_asked(browse: Browse, owner: User, viewer: User, subscription: Subscription) -> None:
    client = browse(owner)
    for address in pages(subscription, viewer)[:-2]:
        assert client.get(address).status_code == 200


def test_a_form_that_comes_too_late_keeps_all_that_was_typed(browse: Browse, owner: User, subscription: Subscription) -> None:
    client = long_after(browse(owner))
    sent = link_form(name='=1+1 "<b>" 🦆', callers="listed", addresses="192.0.2.7\n2001:db8::/32")
    refused = client.post(links_address(subscription, "new/?x=1&y=ä"), sent)
    assert (refused.status_code, TITLE in words(refused)) == (403, True)
    assert 'action="/subscriptions/' in refused.content.decode()
    assert held(refused) == {name: [value] for name, value in sent.items()}
    again = client.post(links_address(subscription, "new/"), held(refused) | {"proof_password": "wrong"})
    assert (again.status_code, held(again)) == (403, held(refused))
    done = client.post(links_address(subscription, "new/"), held(again) | {"proof_password": PASSWORD})
    assert shown_key(done)
    assert link_now(subscription, sent["link_id"]).saved.name == '=1+1 "<b>" 🦆'


def test_nothing_is_done_without_the_proof(browse: Browse, owner: User, viewer: User, subscription: Subscription) -> None:
    client = long_after(browse(owner))
    link, _ = make_link(subscription)
    before = link_now(subscription, link.saved.id)
    for deed, sent in (
        ("rotate/", {"overlap": "1", "revision": str(before.gate.revision)}),
        ("revoke/", {"name": before.saved.name}),
        ("edit/", link_form(revision=str(before.gate.revision), name="Changed")),
    ):
        assert client.post(links_address(subscription, f"{link.saved.id}/{deed}"), sent).status_code == 403
    assert client.post(people_address(subscription, f"{viewer.id}/role/"), {"role": "owner"}).status_code == 403
    assert client.post(people_address(subscription, f"{viewer.id}/remove/")).status_code == 403
    assert link_now(subscription, link.saved.id).gate.revision == before.gate.revision
    assert browse(viewer).get(people_address(subscription)).status_code == 403


def test_a_code_is_a_proof_once(browse: Browse, owner: User, subscription: Subscription) -> None:
    codes.protect(owner)
    code = codes.app_shows(owner)
    client = long_after(browse(owner))
    page = client.get("/confirm/?next=/account/totp/off/")
    assert "code of your authenticator app" in words(page)
    assert client.post("/confirm/", held(page) | {"proof_code": code})["Location"] == "/account/totp/off/"
    again = long_after(client).post("/confirm/", {"next": "/", "proof_code": code})
    assert (again.status_code, "was used before" in words(again)) == (400, True)
    assert subscription.pk


def test_a_proof_is_nobody_elses(browse: Browse, owner: User, viewer: User) -> None:
    client = long_after(browse(owner))
    assert client.post("/confirm/", {"next": "/", "proof_code": "123456"}).status_code == 400
    codes.protect(viewer)
    assert client.post("/confirm/", {"next": "/", "proof_code": codes.app_shows(viewer)}).status_code == 400


def test_attempts_at_a_proof_are_counted_and_a_lost_form_does_not_help(
    browse: Browse, owner: User, subscription: Subscription
) -> None:
    client = long_after(browse(owner))
    address = links_address(subscription, "new/")
    for _ in range(10):
        assert "This is not your password." in words(client.post(address, link_form(proof_password="wrong")))
    assert "Too many attempts failed." in words(client.post(address, link_form(proof_password=PASSWORD)))
    assert "Too many attempts failed." in words(client.post("/confirm/", {"next": "/", "proof_password": PASSWORD}))


def test_roles_are_told_before_a_proof_is_asked_for(
    browse: Browse, viewer: User, stranger: User, subscription: Subscription
) -> None:
    for address in (links_address(subscription, "new/"), people_address(subscription, "invite/")):
        assert long_after(browse(viewer)).get(address).status_code == 403
        assert long_after(browse(stranger)).get(address).status_code == 404


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example", ""])
def test_the_page_leads_nowhere_else(browse: Browse, owner: User, wanted: str) -> None:
    client = browse(owner)
    assert client.get("/confirm/", {"next": wanted})["Location"] == "/"
    assert held(long_after(client).get("/confirm/", {"next": wanted})) == {"next": ["/"]}


def test_a_form_of_another_site_proves_nothing(owner: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.force_login(owner)
    assert long_after(client).post("/confirm/", {"next": "/", "proof_password": PASSWORD}).status_code == 403
    assert client.get("/confirm/?next=/").status_code == 200


def test_a_tampered_time_is_no_proof(browse: Browse, owner: User) -> None:
    client = browse(owner)
    for value in ("now", None, 9e18):
        session = client.session
        session["proved_at"] = value
        session.save()
        assert client.get("/account/totp/on/").status_code == 302, value
