"""What verifying finds: each thing that somebody with the owner's rights could do to a log."""

import pytest
from tests.audit.tampering import as_owner, forge_from, head_of, log, note, note_several, tamper, verdict
from tests.conftest import TestDatabase

from tallybook.audit.chain import MOST_FAULTS_KEPT, Verdict
from tallybook.audit.sealing import NO_EVENTS, Head
from tallybook.subscriptions.models import Subscription

CUT = (
    "DELETE FROM audit_detail WHERE subscription_id = %s AND number {which}",
    ("DELETE FROM audit_event WHERE subscription_id = %s AND number {which}"),
)


@pytest.fixture
def five(subscription: Subscription) -> Subscription:
    """A subscription with five events."""
    note_several(subscription, 5)
    return subscription


def cut(database: TestDatabase, subscription: Subscription, which: str) -> None:
    for statement in CUT:
        tamper(database, statement.format(which=which), subscription.id)


def faults(found: Verdict) -> list[tuple[str, int]]:
    return [(fault.kind, fault.number) for fault in found.faults]


def test_a_log_without_events_is_whole(subscription: Subscription) -> None:
    found = verdict(subscription, NO_EVENTS)
    assert (found.is_whole, found.event_count, found.head) == (True, 0, NO_EVENTS)
    assert str(found.head) == "0:" + "0" * 64
    assert faults(verdict(subscription, Head(0, b"\x01" * 32))) == [("rewritten", 0)]


def test_an_untouched_log_is_whole_and_gives_its_head(five: Subscription) -> None:
    former = head_of(five)
    note(five)
    found = verdict(five, former)
    assert (found.is_whole, found.event_count, found.erased_count) == (True, 6, 0)
    assert found.head == head_of(five) == Head(6, log(five)[-1].hash)
    assert former.number == 5


@pytest.mark.parametrize(
    "change",
    [
        "occurred_at = occurred_at + interval '1 microsecond'",
        "actor_kind = 'person'",
        "actor_id = gen_random_uuid()",
        "action = 'customer.aliased'",
        "subject_kind = 'link'",
        "subject_id = 'c-2'",
        "detail_commitment = decode(repeat('ab', 32), 'hex')",
    ],
)
def test_a_changed_event_is_noticed(database: TestDatabase, five: Subscription, change: str) -> None:
    tamper(database, f"UPDATE audit_event SET {change} WHERE subscription_id = %s AND number = 3", five.id)
    found = verdict(five)
    assert faults(found)[0] == ("link", 3)
    assert not found.is_whole
    assert "Event 3 is not what was written" in found.faults[0].sentence


def test_an_event_hashed_anew_does_not_carry_the_next_one(database: TestDatabase, five: Subscription) -> None:
    tamper(database, "UPDATE audit_event SET hash = sha256('x') WHERE subscription_id = %s AND number = 3", five.id)
    assert faults(verdict(five)) == [("link", 3), ("link", 4)]
    assert verdict(five).event_count == 5


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'somebody'",
        "address = '192.0.2.1'",
        "subject_name = ''",
        "before = '{}'::jsonb",
        'after = \'{"name": "name 2"}\'::jsonb',
        "salt = sha256('x')",
    ],
)
def test_a_changed_detail_is_noticed(database: TestDatabase, five: Subscription, change: str) -> None:
    tamper(database, f"UPDATE audit_detail SET {change} WHERE subscription_id = %s AND number = 3", five.id)
    found = verdict(five)
    assert faults(found) == [("detail", 3)]
    assert found.head == head_of(five)


def test_an_erased_detail_is_counted_and_leaves_the_chain_whole(database: TestDatabase, five: Subscription) -> None:
    former = head_of(five)
    tamper(database, "DELETE FROM audit_detail WHERE subscription_id = %s AND number IN (2, 4)", five.id)
    found = verdict(five, former)
    assert (found.is_whole, found.erased_count, found.head) == (True, 2, former)
    assert [one.detail is None for one in log(five)] == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("which", "said"),
    [("= 1", "Event 1 is missing."), ("IN (2, 3)", "Events 2 to 3 are missing."), ("= 4", "Event 4 is missing.")],
)
def test_a_gap_is_noticed(database: TestDatabase, five: Subscription, which: str, said: str) -> None:
    cut(database, five, which)
    found = verdict(five)
    assert [fault.kind for fault in found.faults] == ["gap"]
    assert found.faults[0].sentence == said


def test_a_cut_end_shows_beside_a_former_head_only(database: TestDatabase, five: Subscription) -> None:
    former = head_of(five)
    cut(database, five, "> 3")
    assert verdict(five).is_whole
    found = verdict(five, former)
    assert faults(found) == [("truncated", 4)]
    assert found.faults[0].sentence == "The log ends at 3, but went on to 5 when the head was exported."
    cut(database, five, "> 0")
    assert faults(verdict(five, former)) == [("truncated", 1)]


def test_a_log_written_anew_shows_beside_a_former_head_only(database: TestDatabase, five: Subscription) -> None:
    former = head_of(five)
    note(five)
    forge_from(database, five, 2)
    assert verdict(five).is_whole
    assert faults(verdict(five, former)) == [("rewritten", 5)]
    assert "not the one of the head" in verdict(five, former).faults[0].sentence


def test_what_was_written_after_the_head_is_not_vouched_for(database: TestDatabase, five: Subscription) -> None:
    former = head_of(five)
    note_several(five, 2)
    forge_from(database, five, 6)
    assert verdict(five, former).is_whole
    assert log(five)[5].event.action == "customer.aliased"


def test_faults_are_counted_beyond_those_that_are_kept(database: TestDatabase, subscription: Subscription) -> None:
    note_several(subscription, MOST_FAULTS_KEPT + 20)
    with as_owner(database) as session:
        session.execute("UPDATE audit_detail SET salt = sha256('x') WHERE subscription_id = %s", [subscription.id])
    found = verdict(subscription)
    assert (found.fault_count, len(found.faults)) == (MOST_FAULTS_KEPT + 20, MOST_FAULTS_KEPT)
    assert faults(found)[0] == ("detail", 1)
