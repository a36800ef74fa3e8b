"""An import that is taken back: the ledger is what it was before, and nothing that was said is lost."""

import json
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bookkeeping import OPERATOR, entries, new_subscription, query, reported, revisions, take, usage
from tests.conftest import TestDatabase
from tests.usage.telling import items, live, tell
from tests.usage.test_ledger_against_a_model import File, files

from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.usage.undoing import undo_import

ANN = usage(object_name="Ann Bell", protected_bytes=100)
BEN = usage(object_name="Ben Crow", protected_bytes=200)
CAT = usage(customer="Bridge GmbH", object_name="Cat Dow")


def undo(subscription: Subscription, number: int) -> list[tuple[int, int, int]]:
    """What taking an import back did: taken away, restored and brought back, by month."""
    with subscription_scope(subscription.id):
        return [one[1:] for one in undo_import(subscription, number, actor=OPERATOR)]


def names(subscription: Subscription) -> list[str]:
    return [row["Object Name"] for row in reported(subscription)]


def test_what_an_import_brought_goes_and_is_kept_as_said(subscription: Subscription, tmp_path: Path) -> None:
    take(subscription, [ANN], tmp_path)
    take(subscription, [BEN, CAT], tmp_path)
    with pytest.raises(Refused, match=r"Later imports .*: 2 \("):
        undo(subscription, 1)
    assert undo(subscription, 2) == [(2, 0, 0)]
    assert names(subscription) == ["Ann Bell"]
    assert entries(subscription) == [("Ann Bell", 1, 2, None, 100), ("Ben Crow", 2, 2, 2, 200), ("Cat Dow", 2, 3, 2, None)]
    assert revisions(subscription) == {"2026-10": 3}
    assert undo(subscription, 1) == [(1, 0, 0)]
    assert names(subscription) == []


def test_changed_values_are_what_they_were(subscription: Subscription, tmp_path: Path) -> None:
    take(subscription, [ANN, BEN], tmp_path)
    before = reported(subscription)
    take(subscription, [ANN | usage(object_name="Ann Bell", protected_bytes=7, plan="Gold")], tmp_path)
    assert reported(subscription) != before
    assert undo(subscription, 2) == [(0, 1, 0)]
    assert reported(subscription) == before


def test_what_a_file_replaced_comes_back(subscription: Subscription, tmp_path: Path) -> None:
    take(subscription, [ANN, BEN], tmp_path)
    before = reported(subscription)
    take(subscription, [ANN], tmp_path, replace=True)
    assert names(subscription) == ["Ann Bell"]
    assert undo(subscription, 2) == [(0, 0, 1)]
    assert reported(subscription) == before


def test_the_same_file_can_be_taken_in_again(subscription: Subscription, tmp_path: Path) -> None:
    first = take(subscription, [ANN, BEN], tmp_path)
    said = reported(subscription)
    undo(subscription, 1)
    again = take(subscription, [ANN, BEN], tmp_path)
    assert (again.new, again.existing) == (first.new, first.existing) == (2, 0)
    assert reported(subscription) == said
    assert undo(subscription, 2) == [(2, 0, 0)]


def test_an_import_of_other_customers_does_not_hinder(subscription: Subscription, tmp_path: Path) -> None:
    take(subscription, [ANN], tmp_path)
    take(subscription, [CAT], tmp_path)
    assert undo(subscription, 1) == [(1, 0, 0)]
    assert names(subscription) == ["Cat Dow"]


def test_a_later_import_that_said_the_same_hinders_until_it_is_undone(subscription: Subscription, tmp_path: Path) -> None:
    take(subscription, [ANN], tmp_path)
    take(subscription, [ANN], tmp_path)
    with pytest.raises(Refused, match="Undo them first"):
        undo(subscription, 1)
    assert undo(subscription, 2) == []
    assert undo(subscription, 1) == [(1, 0, 0)]


def test_an_import_is_undone_once(subscription: Subscription, tmp_path: Path) -> None:
    take(subscription, [ANN], tmp_path)
    undo(subscription, 1)
    with pytest.raises(Refused, match="Import 1 was undone already"):
        undo(subscription, 1)


def test_an_import_from_before_that_was_kept_is_refused(
    subscription: Subscription, database: TestDatabase, tmp_path: Path
) -> None:
    take(subscription, [ANN], tmp_path)
    with psycopg.connect(database.owner_url) as session:
        session.execute("DELETE FROM import_reach WHERE subscription_id = %s", [subscription.id])
    with pytest.raises(Refused, match="before Tallybook kept what can be taken back"):
        undo(subscription, 1)
    assert names(subscription) == ["Ann Bell"]


def test_an_import_of_somebody_else_is_not_there(subscription: Subscription, tmp_path: Path) -> None:
    take(new_subscription(), [ANN], tmp_path)
    with pytest.raises(NotFound):
        undo(subscription, 1)


def test_the_log_and_the_record_tell_of_it(subscription: Subscription, tmp_path: Path) -> None:
    take(subscription, [ANN, BEN], tmp_path)
    undo(subscription, 1)
    assert query(subscription, "SELECT made_by, undone_by, undone_at IS NOT NULL FROM usage_import") == [
        ("tester", "tester", True)
    ]
    ((after,),) = query(
        subscription, "SELECT d.after FROM audit_event e JOIN audit_detail d USING (number) WHERE e.action = 'import.undone'"
    )
    assert json.loads(after) == {"taken_away": 2, "restored": 0, "brought_back": 0}


@settings(max_examples=40, deadline=None)
@given(told=st.lists(files, min_size=1, max_size=6))
def test_undoing_one_after_the_other_goes_through_all_former_states(told: list[File]) -> None:
    subscription = new_subscription()
    with subscription_scope(subscription.id):
        customer = Customer.objects.create(subscription=subscription, id=uuid4(), name="Anchor Ltd", name_folded="anchor ltd")

    def state() -> tuple[object, ...]:
        return live(customer), items(customer, "object_name, object_name_folded, protected_bytes, plan, days_mask")

    states, said = [state()], 0
    for file in told:
        values = [
            {"object_key": one.key, "protected_bytes": one.size, "plan": one.plan, "object_name": f"web-{one.key}"}
            for one in file.objects
        ]
        posted = tell(customer, file.source, *values, replace=file.replace)
        said += posted.new + posted.changed
        states.append(state())
    for number in range(len(told), 0, -1):
        assert state() == states[number]
        undo(subscription, number)
    assert state() == states[0] == ([], [])
    assert query(subscription, "SELECT count(*) FROM entry WHERE retired_by = import_number") == [(said,)]
