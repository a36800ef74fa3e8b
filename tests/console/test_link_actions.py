"""Changing a report link from its page: edit, pause, resume, rotate, revoke; by whom, and when two do it at once."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.bookkeeping import OPERATOR
from tests.console.cast import Browse, markup, words
from tests.console.link_cast import link_form, link_now, links_address, made, make_link, shown_key

from tallybook.audit.reading import EVERYTHING, newest_events
from tallybook.database.scope import subscription_scope
from tallybook.links.links import Link, pause_link, revoke_link
from tallybook.links.listing import SeenKey, list_links
from tallybook.links.models import LinkGate
from tallybook.subscriptions.models import Subscription, User


def page_of(link: Link, rest: str = "") -> str:
    return links_address(link.saved.subscription, f"{link.saved.id}/{rest}")


def keys_of(link: Link) -> list[SeenKey]:
    with subscription_scope(link.saved.subscription_id):
        return list(list_links(link.saved.subscription, link.saved.id)[0].keys)


def revision_of(link: Link) -> str:
    return str(link_now(link.saved.subscription, link.saved.id).gate.revision)


def rotation(link: Link, overlap: str = "7", revision: str | None = None) -> tuple[str, dict[str, str]]:
    """What is sent, and where to."""
    return page_of(link, "rotate/"), {"overlap": overlap, "revision": revision or revision_of(link)}


def test_a_link_is_edited(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription, allowed=("192.0.2.7",), repeats_last_file=True)
    client = browse(owner)
    form = markup(client.get(page_of(link, "edit/")))
    assert 'value="listed" data-opens="address-list" checked' in form
    assert ">192.0.2.7</textarea>" in form
    sent = link_form(name="Renamed", callers="listed", addresses="10.0.0.9/8", format="json", period="year-to-date")
    response = client.post(page_of(link, "edit/"), sent | {"revision": revision_of(link)}, follow=True)
    now = link_now(subscription, link.saved.id)
    assert response.redirect_chain == [(f"{page_of(link)}?done=changed", 302)]
    assert "The changes are saved. They count from the next call on." in words(response)
    assert (now.saved.name, now.saved.format, now.saved.period) == ("Renamed", "json", "year-to-date")
    assert (now.gate.allowed, now.gate.repeats_last_file) == (["10.0.0.0/8"], False)


def test_saving_what_it_is_changes_nothing(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription)
    revision = revision_of(link)
    response = browse(owner).post(page_of(link, "edit/"), link_form(revision=revision), follow=True)
    assert "Nothing was changed." in words(response)
    assert revision_of(link) == revision


def test_an_expired_link_can_be_renamed_and_given_a_later_day(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription, expires_on=datetime.now(subscription.zone).date())
    past = datetime(2026, 1, 31, 23, tzinfo=UTC)
    with subscription_scope(subscription.id):
        LinkGate.objects.filter(link_id=link.saved.id).update(expires_at=past)
    client = browse(owner)
    assert 'value="2026-01-31"' in client.get(page_of(link, "edit/")).content.decode()
    for name, day, expected in (("Named", "2026-01-31", 302), ("Named", "2026-02-01", 400), ("Named", "2098-01-01", 302)):
        sent = link_form(name=name, expiry="day", expires_on=day, revision=revision_of(link))
        assert client.post(page_of(link, "edit/"), sent).status_code == expected
    assert link_now(subscription, link.saved.id).gate.expires_at == datetime(2098, 1, 1, 23, tzinfo=UTC)


def test_of_two_who_edit_at_once_the_second_hears_of_it(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription)
    client, revision = browse(owner), revision_of(link)
    client.post(page_of(link, "edit/"), link_form(name="The first", revision=revision))
    second = client.post(page_of(link, "edit/"), link_form(name="The second", revision=revision))
    assert second.status_code == 409
    assert "Somebody changed this link while you had it open." in words(second)
    assert 'value="The second"' in second.content.decode()
    assert link_now(subscription, link.saved.id).saved.name == "The first"
    assert f'name="revision" value="{revision_of(link)}"' in markup(second)


def test_what_is_wrong_in_an_edit_is_said(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription, allowed=("192.0.2.7",))
    sent = link_form(callers="listed", addresses="", revision=revision_of(link))
    response = browse(owner).post(page_of(link, "edit/"), sent)
    assert response.status_code == 400
    assert "The list names no address." in words(response)
    assert link_now(subscription, link.saved.id).gate.allowed == ["192.0.2.7"]


def test_a_link_is_paused_and_resumed(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription)
    client = browse(owner)
    for action, said, is_paused in (
        ("pause", "The link is paused: calls are refused until it is resumed.", True),
        ("pause", "The link was paused already; nothing was changed.", True),
        ("resume", "The link is resumed and answers again.", False),
        ("resume", "The link was not paused; nothing was changed.", False),
    ):
        assert said in words(client.post(page_of(link, action), follow=True))
        assert (link_now(subscription, link.saved.id).gate.paused_at is not None) is is_paused


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_a_link_that_was_revoked_meanwhile_says_so(
    browse: Browse, owner: User, subscription: Subscription, action: str
) -> None:
    link, _ = make_link(subscription)
    with subscription_scope(subscription.id):
        pause_link(subscription, link.saved.id, actor=OPERATOR)
        revoke_link(subscription, link.saved.id, actor=OPERATOR)
    response = browse(owner).post(page_of(link, action))
    assert response.status_code == 409
    assert "was revoked, which is for good. Make a new one." in words(response)


def test_a_new_key_is_shown_and_the_former_goes_on_for_a_while(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, former = make_link(subscription)
    client = browse(owner)
    assert f"(…{former.last_four})" in words(client.get(page_of(link, "rotate/")))
    response = client.post(*rotation(link, "7"))
    newest, older = keys_of(link)
    assert response["Cache-Control"] == "no-store"
    assert shown_key(response)[-4:] == newest.seen.last_four
    assert older.valid_until is not None
    assert timedelta(days=6, hours=23) < older.valid_until - datetime.now(UTC) <= timedelta(days=7)
    assert f"The former key (…{former.last_four}) goes on until" in words(response)


def test_a_rotation_sent_twice_makes_one_key(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription)
    client, revision = browse(owner), revision_of(link)
    assert client.post(*rotation(link, "0", revision)).status_code == 200
    second = client.post(*rotation(link, "0", revision))
    assert second.status_code == 409
    assert "perhaps by a new key that was shown already" in words(second)
    assert [key.is_valid for key in keys_of(link)] == [True, False]


@pytest.mark.parametrize("overlap", ["8", "-1", "", "x", "\N{SUPERSCRIPT TWO}"])
def test_an_overlap_that_is_none_is_refused(browse: Browse, owner: User, subscription: Subscription, overlap: str) -> None:
    link, _ = make_link(subscription)
    response = browse(owner).post(*rotation(link, overlap))
    assert response.status_code == 409
    assert "Choose for how many days the former key goes on: 0 to 7." in words(response)
    assert len(keys_of(link)) == 1


def test_revoking_asks_for_the_name(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription, name="PSA “monthly”")
    client = browse(owner)
    assert "ends for good" in words(client.get(page_of(link, "revoke/")))
    wrong = client.post(page_of(link, "revoke/"), {"name": "psa"})
    assert wrong.status_code == 400
    assert "name. Type it as it stands above." in words(wrong)
    assert 'value="psa"' in wrong.content.decode()
    assert link_now(subscription, link.saved.id).gate.revoked_at is None
    right = client.post(page_of(link, "revoke/"), {"name": " PSA “monthly” "}, follow=True)
    assert "The link is revoked. Its calls are refused for good." in words(right)
    assert link_now(subscription, link.saved.id).gate.revoked_at is not None


def test_a_revoked_link_only_tells(browse: Browse, owner: User, subscription: Subscription) -> None:
    link, _ = make_link(subscription)
    with subscription_scope(subscription.id):
        revoke_link(subscription, link.saved.id, actor=OPERATOR)
    client = browse(owner)
    again = client.post(page_of(link, "revoke/"), {"name": ""}, follow=True)
    assert "The link was revoked already; nothing was changed." in words(again)
    assert "Rotate key" not in words(again)
    for rest in ("edit/", "rotate/"):
        response = client.post(page_of(link, rest), link_form(overlap="1", revision=revision_of(link)))
        assert response.status_code == 409
        assert "was revoked, which is for good. Make a new one." in words(response)
    assert len(keys_of(link)) == 1


def test_every_change_is_in_the_audit_log_with_who_and_from_where(
    browse: Browse, owner: User, subscription: Subscription
) -> None:
    client = browse(owner)
    link_id, _ = made(client, subscription)
    link = link_now(subscription, link_id)
    client.post(page_of(link, "edit/"), link_form(name="Other", revision=revision_of(link)))
    client.post(page_of(link, "pause"))
    client.post(page_of(link, "resume"))
    client.post(*rotation(link))
    client.post(page_of(link, "revoke/"), {"name": "Other"})
    with subscription_scope(subscription.id):
        events = newest_events(subscription.id, EVERYTHING, most=6)
    verbs = ["revoked", "key-rotated", "resumed", "paused", "changed", "created"]
    assert [one.event.action for one in events] == [f"link.{verb}" for verb in verbs]
    assert {one.event.actor_id for one in events} == {owner.id}
    assert {(one.detail.actor_name, one.detail.address) for one in events if one.detail} == {(owner.email, "127.0.0.1")}
    assert "Created the report link PSA, monthly" in words(client.get(f"/subscriptions/{subscription.id}/audit/"))


@pytest.mark.parametrize("rest", ["edit/", "pause", "resume", "rotate/", "revoke/"])
def test_who_may_not_change_a_link(browse: Browse, viewer: User, stranger: User, subscription: Subscription, rest: str) -> None:
    link, _ = make_link(subscription)
    before = revision_of(link)
    sent = link_form(name=link.saved.name, overlap="0", revision=before)
    answers = [browse(user).post(page_of(link, rest), sent) for user in (None, viewer, stranger)]
    assert [answer.status_code for answer in answers] == [302, 403, 404]
    assert "This is for the owner or billing of a subscription" in words(answers[1])
    assert revision_of(link) == before


@pytest.mark.parametrize(
    ("rest", "allowed"),
    [
        ("edit/", "GET, HEAD, POST"),
        ("pause", "POST"),
        ("resume", "POST"),
        ("rotate/", "GET, HEAD, POST"),
        ("revoke/", "GET, HEAD, POST"),
    ],
)
def test_another_method_is_refused(browse: Browse, owner: User, subscription: Subscription, rest: str, allowed: str) -> None:
    link, _ = make_link(subscription)
    response = browse(owner).delete(page_of(link, rest))
    assert (response.status_code, response["Allow"]) == (405, allowed)
