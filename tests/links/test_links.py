"""Making and changing links: what is kept, what is told in the audit log, what is refused."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.bookkeeping import OPERATOR, query
from tests.links.conftest import OCTOBER, Made

from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound, Refused
from tallybook.links import links
from tallybook.links.allowing import normalised
from tallybook.links.drafts import Draft
from tallybook.links.listing import State, list_links
from tallybook.links.models import KeyRegister, LinkGate
from tallybook.links.periods import Period
from tallybook.reports.building import Format
from tallybook.subscriptions.customers import list_customers
from tallybook.subscriptions.models import Subscription

MakeLink = Callable[..., Made]


def events(subscription: Subscription) -> list[tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """What the audit log says of links, the oldest first."""
    found = query(
        subscription,
        "SELECT e.action, d.before, d.after FROM audit_event e JOIN audit_detail d USING (subscription_id, number) "
        "WHERE e.subject_kind = 'report-link' ORDER BY e.number",
    )
    return [(action, before and json.loads(before), after and json.loads(after)) for action, before, after in found]


def draft(**decided: Any) -> Draft:  # noqa: ANN401 - fields of a draft
    usual: dict[str, Any] = {"name": "PSA", "period": OCTOBER, "allowed": None}
    return Draft(**usual | decided)


def test_a_link_is_made_with_all_that_was_decided(make_link: MakeLink, filled: Subscription) -> None:
    with subscription_scope(filled.id):
        (anchor,) = (one for one in list_customers(filled) if one.name == "Anchor Ltd")
    made = make_link(
        name=" ConnectWise ",
        period=Period.read("last-3-months"),
        format=Format.JSON,
        customer_ids=(anchor.id,),
        product_ids=(2,),
        allowed=tuple(normalised(["10.1.2.3/24", "192.0.2.7"])),
        expires_on=date(2099, 12, 31),
        repeats_last_file=True,
    )
    with subscription_scope(filled.id):
        (listed,) = list_links(filled)
    saved, gate = listed.link.saved, listed.link.gate
    assert (saved.name, saved.period, saved.format) == ("ConnectWise", "last-3-months", "json")
    assert (saved.customer_ids, saved.product_ids) == ([anchor.id], [2])
    assert (gate.allowed, gate.repeats_last_file) == (["10.1.2.0/24", "192.0.2.7"], True)
    assert gate.expires_at == datetime(2099, 12, 31, 23, tzinfo=UTC)  # midnight in Malta
    assert [key.seen.last_four for key in listed.keys] == [made.key.last_four]
    assert listed.state is State.ACTIVE
    assert listed.is_never_used
    ((action, before, after),) = events(filled)
    assert (action, before) == ("link.created", None)
    assert after == {
        "name": "ConnectWise",
        "kind": "itemised",
        "format": "json",
        "period": "the last 3 complete months",
        "customers": ["Anchor Ltd"],
        "products": ["365 Total Backup"],
        "addresses": ["10.1.2.0/24", "192.0.2.7"],
        "expires_at": "2099-12-31T23:00:00+00:00",
        "repeats_last_file": True,
    }


def test_the_register_keeps_no_secret(made: Made) -> None:
    (register,) = KeyRegister.objects.filter(key_id=made.key.key_id)
    assert len(bytes(register.secret_hmac)) == 32
    assert made.key.secret.encode() not in bytes(register.secret_hmac)
    assert (register.valid_until, register.link_id) == (None, made.link.saved.id)


def test_the_same_form_twice_makes_one_link(filled: Subscription) -> None:
    link_id = uuid4()
    with subscription_scope(filled.id):
        links.create_link(filled, draft(), actor=OPERATOR, link_id=link_id)
        with pytest.raises(Refused, match="made already"):
            links.create_link(filled, draft(), actor=OPERATOR, link_id=link_id)
        assert len(list_links(filled)) == 1


@pytest.mark.parametrize(
    ("decided", "reason"),
    [
        ({"name": " "}, "The name of the link is empty"),
        ({"name": "x" * 201}, "has 201 characters"),
        ({"format": Format.XLSX}, "A link cannot give xlsx"),
        ({"allowed": ()}, "The list names no address"),
    ],
)
def test_what_cannot_be_decided(decided: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        draft(**decided)
    assert str(refused.value).endswith(".")


def test_an_expiry_that_is_over_is_refused_and_today_is_not(filled: Subscription) -> None:
    today = datetime.now(filled.zone).date()
    with subscription_scope(filled.id):
        with pytest.raises(Refused, match="would have expired on"):
            links.create_link(filled, draft(expires_on=today - timedelta(days=1)), actor=OPERATOR)
        links.create_link(filled, draft(expires_on=today), actor=OPERATOR)
        (listed,) = list_links(filled)
    assert listed.state is State.ACTIVE
    assert listed.days_left == 0


def test_a_change_tells_what_changed_and_raises_the_revision(made: Made) -> None:
    link_id, subscription = made.link.saved.id, made.subscription
    with subscription_scope(subscription.id):
        links.change_link(subscription, link_id, draft(name="Autotask", allowed=("192.0.2.7",)), actor=OPERATOR)
        assert LinkGate.objects.get(link_id=link_id).revision == 2
        links.change_link(subscription, link_id, draft(name="Autotask", allowed=("192.0.2.7",)), actor=OPERATOR)
        assert LinkGate.objects.get(link_id=link_id).revision == 2
    before = {"name": "PSA", "addresses": "anyone"}
    assert events(subscription)[1:] == [("link.changed", before, {"name": "Autotask", "addresses": ["192.0.2.7"]})]


def test_pausing_resuming_and_revoking(made: Made) -> None:
    link_id, subscription = made.link.saved.id, made.subscription
    states = []
    with subscription_scope(subscription.id):
        for step in (links.pause_link, links.pause_link, links.resume_link, links.revoke_link, links.revoke_link):
            step(subscription, link_id, actor=OPERATOR)
            states.append(list_links(subscription)[0].state)
        for step in (links.pause_link, links.resume_link):
            with pytest.raises(Refused, match="was revoked, which is for good"):
                step(subscription, link_id, actor=OPERATOR)
        with pytest.raises(Refused, match="was revoked"):
            links.rotate_key(subscription, link_id, overlap=timedelta(), actor=OPERATOR)
    assert states == [State.PAUSED, State.PAUSED, State.ACTIVE, State.REVOKED, State.REVOKED]
    assert [action for action, *_ in events(subscription)[1:]] == ["link.paused", "link.resumed", "link.revoked"]


def test_rotating_tells_the_last_four_and_the_end_of_the_former_key(made: Made) -> None:
    with subscription_scope(made.subscription.id):
        for days in (-1, 8):
            with pytest.raises(Refused, match="0 to 7 days"):
                links.rotate_key(made.subscription, made.link.saved.id, overlap=timedelta(days=days), actor=OPERATOR)
        _, key = links.rotate_key(made.subscription, made.link.saved.id, overlap=timedelta(days=7), actor=OPERATOR)
        (listed,) = list_links(made.subscription)
    assert [one.seen.last_four for one in listed.keys] == [key.last_four, made.key.last_four]
    assert [one.is_valid for one in listed.keys] == [True, True]
    *_, (action, _, after) = events(made.subscription)
    assert (action, after and after["key"]) == ("link.key-rotated", f"…{key.last_four}")
    assert key.secret not in str(after)


@pytest.mark.parametrize("verb", [links.pause_link, links.resume_link, links.revoke_link, links.find_link])
def test_a_foreign_link_is_a_missing_one(made: Made, other_subscription: Subscription, verb: Callable[..., object]) -> None:
    told = []
    with subscription_scope(other_subscription.id):
        for link_id in (made.link.saved.id, uuid4()):
            with pytest.raises(NotFound) as missing:
                verb(other_subscription, link_id, **({} if verb is links.find_link else {"actor": OPERATOR}))
            told.append(str(missing.value))
        assert list_links(other_subscription) == []
    assert told == ["There is no such report link."] * 2
