"""Why a number is another one than in the month before: by small cases, and by what has to hold for any two months."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallybook.billing.billed_users import CustomerBill
from tallybook.billing.changes import Cause, Change, changes
from tallybook.billing.decisions import NO_DECISIONS, Decisions, Excluded, Person
from tallybook.billing.objects import BilledObject
from tallybook.billing.rules import FROM_APRIL_2022, OBJECTS, PEOPLE, RECIPE, Rule

ANN, BEN = "ann@a.example", "ben@a.example"
RULES = (PEOPLE, RECIPE, FROM_APRIL_2022, OBJECTS)


def mailbox(name: str = "Ann", email: str = ANN, **facts: Any) -> BilledObject:  # noqa: ANN401
    return BilledObject(**{"organisation": "a", "object_type": "Mailbox"} | facts, name=name, email=email)


def bill(rule: Rule, objects: list[BilledObject], decisions: Decisions = NO_DECISIONS) -> CustomerBill:
    judged = rule.judged(objects, decisions)
    return CustomerBill(
        customer_id=UUID(int=1),
        customer="Anchor Ltd",
        product_id=2,
        product="365 Total Backup",
        rule=rule,
        quantity=rule.quantity(judged),
        recipe=0,
        judged=tuple(judged),
        decisions=decisions,
    )


def told(found: list[Change]) -> list[tuple[int, str, Cause]]:
    return [(one.delta, one.name, one.cause) for one in found]


@pytest.mark.parametrize(
    ("rule", "before", "after", "expected"),
    [
        (PEOPLE, [mailbox()], [mailbox()], []),
        (PEOPLE, [], [mailbox()], [(1, "Ann", Cause.JOINED)]),
        (PEOPLE, [mailbox(), mailbox("Ben", BEN)], [mailbox("Ben", BEN)], [(-1, "Ann", Cause.LEFT)]),
        (PEOPLE, [mailbox()], [mailbox(email="ann.bell@a.example")], [(0, "Ann", Cause.RENAMED)]),
        (PEOPLE, [mailbox()], [mailbox("Ann Bell")], []),
        # Two leavers of one name: who became whom is not guessed.
        (
            PEOPLE,
            [mailbox(), mailbox(email=BEN)],
            [mailbox(email="new@a.example")],
            [(1, "Ann", Cause.JOINED), (-1, "Ann", Cause.LEFT), (-1, "Ann", Cause.LEFT)],
        ),
        # The same address in another organisation is somebody else.
        (PEOPLE, [mailbox()], [mailbox(organisation="b")], [(1, "Ann", Cause.JOINED), (-1, "Ann", Cause.LEFT)]),
        (FROM_APRIL_2022, [mailbox()], [mailbox(licence="none")], [(-1, "Ann", Cause.LICENCE_GONE)]),
        (FROM_APRIL_2022, [mailbox()], [mailbox(deleted=True)], [(-1, "Ann", Cause.FREE_NOW)]),
        (FROM_APRIL_2022, [mailbox(licence="none")], [mailbox(licence="E3")], [(1, "Ann", Cause.COUNTED_NOW)]),
        (
            PEOPLE,
            [mailbox(object_type="M365 User", invoice="Billable")],
            [mailbox(object_type="M365 User", invoice="Free")],
            [(-1, "Ann", Cause.FREE_NOW)],
        ),
        # Both were there on one day, and never on the same one.
        (
            FROM_APRIL_2022,
            [mailbox(days_mask=1), mailbox("Ben", BEN, days_mask=1)],
            [mailbox(days_mask=1), mailbox("Ben", BEN, days_mask=2)],
            [(-1, "", Cause.HIGHEST_DAY)],
        ),
    ],
)
def test_cases(
    rule: Rule, before: list[BilledObject], after: list[BilledObject], expected: list[tuple[int, str, Cause]]
) -> None:
    assert told(changes(bill(rule, before) if before else None, bill(rule, after))) == expected


def test_a_new_rule_is_told_apart_from_who_came_and_went() -> None:
    before = [mailbox(), mailbox(email=BEN), mailbox("Cem", "cem@a.example")]
    after = [mailbox(), mailbox(email=BEN), mailbox("Dee", "dee@a.example"), mailbox("DEE", "d@a.example")]
    found = changes(bill(RECIPE, before), bill(PEOPLE, after))
    assert told(found) == [
        (1, "DEE", Cause.JOINED),
        (1, "Ann", Cause.RULE_CHANGED),
        (1, "DEE / Dee", Cause.RULE_CHANGED),
        (-1, "Cem", Cause.LEFT),
    ]
    assert {one.reason for one in found if one.cause == Cause.RULE_CHANGED} == {"The rule is now: People."}


def test_from_objects_to_people_nobody_leaves() -> None:
    both = [mailbox(), mailbox(object_type="OneDrive"), mailbox("Ben", BEN)]
    assert told(changes(bill(OBJECTS, both), bill(PEOPLE, both))) == [(-1, "Ann", Cause.RULE_CHANGED)]
    assert told(changes(bill(PEOPLE, both), bill(OBJECTS, both))) == [(1, "Ann", Cause.RULE_CHANGED)]


def test_what_a_new_rule_makes_of_the_days_comes_from_the_rule() -> None:
    on_two_days = [mailbox(days_mask=1), mailbox("Ben", BEN, days_mask=2)]
    (change,) = changes(bill(PEOPLE, on_two_days), bill(FROM_APRIL_2022, on_two_days))
    assert (change.delta, change.name, change.cause) == (-1, "", Cause.RULE_CHANGED)
    assert change.reason == "The rule is now: Licensed people, as from April 2022."


def test_nobody_is_left_when_everything_is_gone() -> None:
    assert told(changes(bill(PEOPLE, [mailbox()]), None)) == [(-1, "Ann", Cause.LEFT)]
    assert changes(None, None) == []


_OBJECTS = st.lists(
    st.builds(
        BilledObject,
        organisation=st.sampled_from(["a", "b"]),
        object_type=st.sampled_from(["Mailbox", "OneDrive", "N/A", "Shared Mailbox", "SharePoint Files", "M365 User"]),
        name=st.sampled_from(["Ann", "ANN", "Ben"]),
        email=st.sampled_from(["", ANN, BEN]),
        licence=st.sampled_from([None, "E3", "none"]),
        deleted=st.sampled_from([None, True, False]),
        invoice=st.sampled_from([None, "Billable", "Free"]),
        days_mask=st.sampled_from([0, 1, 2]),
    ),
    max_size=6,
)


_PEOPLE = st.builds(Person, st.sampled_from("ab"), st.sampled_from([ANN, BEN]))
_DECISIONS = st.builds(
    Decisions,
    same_as=st.sampled_from([{}, {Person("a", ANN): Person("a", BEN)}]),
    shared=st.frozensets(_PEOPLE, max_size=2),
    excluded=st.dictionaries(_PEOPLE, st.just(Excluded(1, "Ours", "Kim")), max_size=2),
)
_Month = tuple[Rule, list[BilledObject], Decisions]
_MONTHS = st.tuples(st.sampled_from(RULES), _OBJECTS, st.one_of(st.just(NO_DECISIONS), _DECISIONS))


@given(_MONTHS, _MONTHS)
def test_what_is_told_adds_up(before: _Month, after: _Month) -> None:
    (former, _, _), (now, _, _) = before, after
    first, second = bill(*before), bill(*after)
    found = changes(first, second)
    assert sum(one.delta for one in found) == second.quantity - first.quantity
    if not (former.counts_days or now.counts_days):
        assert all(one.cause != Cause.HIGHEST_DAY for one in found)


@given(_OBJECTS, st.sampled_from(RULES))
def test_the_same_month_again_differs_by_nothing(objects: list[BilledObject], rule: Rule) -> None:
    assert changes(bill(rule, objects), bill(rule, objects[::-1])) == []
