"""Events come one after the other, with the change they are about, and stay."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from django.db import ProgrammingError, connections
from tests.audit.tampering import ANCHOR, log, note, note_several, verdict
from tests.bookkeeping import OPERATOR, customer_ids, query, usage
from tests.conftest import TestDatabase

from tallybook.audit.acting import Actor, ActorKind, Subject
from tallybook.audit.recording import record
from tallybook.database.queries import number
from tallybook.database.scope import subscription_scope
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import alias_customer, rename_customer
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import grant_role

Take = Callable[..., Summary]
RACERS, EVENTS_EACH = 8, 12


def told(subscription: Subscription) -> list[tuple[str, str, object, object]]:
    """Action, subject, before and after of each event."""
    return [
        (one.event.action, one.detail.subject_name, one.detail.before, one.detail.after)
        for one in log(subscription)
        if one.detail
    ]


def test_an_event_says_who_what_when_and_from_where(subscription: Subscription, owner: User) -> None:
    actor = Actor.person(owner.id, owner.email, "2001:db8::7")
    began_at = query(subscription, "SELECT clock_timestamp()")[0][0]
    note(subscription, "佐藤 & Söhne \u2028", actor)
    event, _, detail = log(subscription)[-1]
    assert (event.number, event.actor_kind, event.actor_id) == (2, ActorKind.PERSON, owner.id)
    assert (event.action, event.subject_kind, event.subject_id) == ("customer.renamed", "customer", "c-1")
    assert began_at <= event.occurred_at <= query(subscription, "SELECT clock_timestamp()")[0][0]
    assert detail is not None
    assert (detail.actor_name, detail.address, detail.subject_name) == (owner.email, "2001:db8::7", "Anchor Ltd")
    assert (detail.before, detail.after) == ({"name": "Anchor Ltd"}, {"name": "佐藤 & Söhne \u2028"})
    assert verdict(subscription).is_whole


def test_values_of_every_kind_come_back_and_verify(subscription: Subscription) -> None:
    values = {"z": 10**30, "a": None, "list": [1, "b", [True]], "map": {"b": 1, "a": "\\\"'"}, "": -1}
    with subscription_scope(subscription.id):
        record(subscription.id, OPERATOR, "link.created", Subject("link", "7", ""), before=None, after=values)
    detail = log(subscription)[0].detail
    assert detail is not None
    assert detail.after == values
    assert verdict(subscription).is_whole


def test_an_event_goes_with_its_change(subscription: Subscription) -> None:
    def fail_afterwards() -> None:
        with subscription_scope(subscription.id):
            record(subscription.id, OPERATOR, "customer.renamed", ANCHOR, before=None, after=None)
            raise RuntimeError

    note(subscription)
    with pytest.raises(RuntimeError):
        fail_afterwards()
    note(subscription)
    assert [one.event.number for one in log(subscription)] == [1, 2]
    assert verdict(subscription).is_whole


def test_nothing_is_recorded_outside_of_the_scope(subscription: Subscription, other_subscription: Subscription) -> None:
    def attempt() -> None:
        record(subscription.id, OPERATOR, "customer.renamed", ANCHOR, before=None, after=None)

    with pytest.raises(ProgrammingError, match="row-level security"):
        attempt()
    with pytest.raises(ProgrammingError, match="row-level security"), subscription_scope(other_subscription.id):
        attempt()
    assert log(subscription) == log(other_subscription) == []


@pytest.mark.parametrize("action", ["", "renamed", "Customer.Renamed", "customer renamed", "customer.", "a.b.c"])
def test_an_action_is_a_dotted_word(subscription: Subscription, action: str) -> None:
    with pytest.raises(ValueError, match="no dotted word"), subscription_scope(subscription.id):
        record(subscription.id, OPERATOR, action, ANCHOR, before=None, after=None)
    assert log(subscription) == []


def test_racing_appends_give_an_unbroken_chain(subscription: Subscription) -> None:
    def race(_racer: int) -> None:
        try:
            for _ in range(EVENTS_EACH):
                note(subscription)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(RACERS) as racers:
        list(racers.map(race, range(RACERS)))
    found = verdict(subscription)
    assert (found.is_whole, found.event_count) == (True, RACERS * EVENTS_EACH)
    assert [one.event.number for one in log(subscription)] == list(range(1, RACERS * EVENTS_EACH + 1))
    times = [one.event.occurred_at for one in log(subscription)]
    assert times == sorted(times)


def test_subscriptions_count_apart(subscription: Subscription, other_subscription: Subscription) -> None:
    note_several(subscription, 3)
    note(other_subscription)
    assert [one.event.number for one in log(other_subscription)] == [1]
    assert log(subscription)[0].hash != log(other_subscription)[0].hash
    with subscription_scope(other_subscription.id):
        assert number("SELECT count(*) FROM audit_event") == number("SELECT count(*) FROM audit_detail") == 1


@pytest.mark.parametrize("table", ["audit_event", "audit_detail"])
def test_the_role_that_serves_changes_and_deletes_nothing(
    database: TestDatabase, subscription: Subscription, table: str
) -> None:
    note(subscription)
    before = log(subscription)
    with psycopg.connect(database.runtime_url) as session:
        session.execute("SELECT set_config('tallybook.subscription', %s, false)", [str(subscription.id)])
        assert session.execute(f"UPDATE {table} SET number = number + 1").rowcount == 0
        assert session.execute(f"DELETE FROM {table}").rowcount == 0
    with psycopg.connect(database.runtime_url) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(f"TRUNCATE {table} CASCADE")
    assert log(subscription) == before


def test_names_of_customers_are_recorded_once_for_each_change(subscription: Subscription, take: Take) -> None:
    take([usage(customer="Anchor Ltd")])
    id_ = str(customer_ids(subscription)["Anchor Ltd"])
    with subscription_scope(subscription.id):
        alias_customer(subscription, "Anchor Ltd", "Ancora", actor=OPERATOR)
        alias_customer(subscription, "Anchor Ltd", "ANCORA", actor=OPERATOR)
        rename_customer(subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
        rename_customer(subscription, "Anker GmbH", "Anker GmbH", actor=OPERATOR)
    assert told(subscription)[1:] == [
        ("customer.aliased", "Anchor Ltd", None, {"alias": "Ancora"}),
        ("customer.renamed", "Anker GmbH", {"name": "Anchor Ltd"}, {"name": "Anker GmbH"}),
    ]
    assert {one.event.subject_id for one in log(subscription)[1:]} == {id_}


def test_a_role_is_recorded_when_it_changes(subscription: Subscription, viewer: User) -> None:
    for role in (Role.VIEWER, Role.BILLING, Role.BILLING):
        grant_role(subscription, viewer, role, actor=OPERATOR)
    assert told(subscription) == [
        ("role.granted", viewer.email, None, {"role": "viewer"}),
        ("role.granted", viewer.email, {"role": "viewer"}, {"role": "billing"}),
    ]
    assert {one.event.subject_id for one in log(subscription)} == {str(viewer.id)}


def test_an_import_is_recorded_with_its_counts(subscription: Subscription, take: Take) -> None:
    summary = take([usage(), usage(object_name="Bob Cole"), usage(object_name="Cem", product=f"No {uuid4()}")])
    take([usage(), usage(product="none")], atomic=True)
    take([usage(object_name="Dan")], dry_run=True)
    ((action, name, before, after),) = told(subscription)
    ((digest, size),) = query(subscription, "SELECT file_sha256, file_bytes FROM usage_import")
    assert (action, name, before) == ("file.imported", summary.file_name, None)
    assert after == {
        "file_sha256": digest,
        "file_bytes": size,
        "profile": "itemised",
        "replaced": False,
        "row_count": 3,
        "new_count": 2,
        "existing_count": 0,
        "changed_count": 0,
        "refused_count": 1,
        "removed_count": 0,
        "customers_created": 1,
    }
    assert log(subscription)[0].event.subject_id == "1"
