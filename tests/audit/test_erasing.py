"""Erasing what names a person."""

import pytest
from tests.audit.tampering import ANCHOR, head_of, log, note, verdict
from tests.bookkeeping import OPERATOR

from tallybook.audit.acting import Actor
from tallybook.audit.erasing import erase_person
from tallybook.audit.reading import known_actors
from tallybook.audit.recording import record
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription, User


@pytest.fixture
def named(subscription: Subscription, owner: User) -> Subscription:
    """The owner as subject, as actor, within values and nowhere."""
    note(subscription, actor=Actor.person(owner.id, owner.email, "192.0.2.7"))
    with subscription_scope(subscription.id):
        people = {"people": [{"email": owner.email}]}
        record(subscription.id, OPERATOR, "link.changed", ANCHOR, before=None, after=people)
        record(subscription.id, OPERATOR, "link.changed", ANCHOR, before=None, after={"note": f"not {owner.email}"})
    return subscription


def test_what_names_a_person_goes_and_the_chain_stays(named: Subscription, owner: User) -> None:
    head = head_of(named)
    assert erase_person(named.id, f" {owner.email.upper()} ") == 3
    found = verdict(named, head)
    assert (found.is_whole, found.erased_count, found.head) == (True, 3, head)
    assert [one.detail is None for one in log(named)] == [True, True, True, False]
    assert log(named)[1].event.actor_id == owner.id
    assert erase_person(named.id, owner.email) == 0


def test_nobody_else_loses_anything(named: Subscription, other_subscription: Subscription, owner: User, stranger: User) -> None:
    note(other_subscription, actor=Actor.person(owner.id, owner.email, "192.0.2.7"))
    assert erase_person(named.id, "nobody@msp.example") == erase_person(named.id, stranger.email) == 0
    assert erase_person(named.id, owner.email) == 3
    assert all(one.detail for one in log(other_subscription))


def test_an_erased_actor_is_still_one_and_the_same(named: Subscription, owner: User) -> None:
    erase_person(named.id, owner.email)
    with subscription_scope(named.id):
        actors = {actor.key: actor.name for actor in known_actors(named.id)}
    assert actors == {f"person:{owner.id}": None, "operator:": None, "operator:tester": "tester"}
    assert owner.email not in str(log(named)[:3])
