"""Counting rules by small cases, each with its reason, and by what has to hold for any objects."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallybook.billing.file_count import FileCount, Rows
from tallybook.billing.objects import BilledObject
from tallybook.billing.rules import FROM_APRIL_2022, OBJECTS, PEOPLE, RECIPE, RULES, UNTIL_MARCH_2022, Rule

ANN, BEN = "ann@a.example", "ben@a.example"


def backed_up(kind: str = "Mailbox", name: str = "Ann", email: str = ANN, **facts: Any) -> BilledObject:  # noqa: ANN401
    return BilledObject(organisation="a", object_type=kind, name=name, email=email, **facts)


def told(rule: Rule, *objects: BilledObject) -> list[tuple[str, bool, str]]:
    return [(one.identity, one.verdict.counted, one.verdict.reason) for one in rule.judged(objects)]


def quantity(rule: Rule, objects: Sequence[BilledObject]) -> int:
    return rule.quantity(rule.judged(objects))


MAILBOX, ONEDRIVE = backed_up(), backed_up("OneDrive")
LEFT = backed_up(deleted=True)
SHARED = backed_up("Shared Mailbox", "Info", "info@a.example")
UNLICENSED = "Unlicensed"


@pytest.mark.parametrize(
    ("rule", "objects", "expected"),
    [
        (RECIPE, [MAILBOX, ONEDRIVE], [("ann", True, "Counted: there is Mailbox and OneDrive of this name.")]),
        (RECIPE, [MAILBOX, backed_up(email=BEN)], [("ann", True, "Counted: there is Mailbox of this name.")]),
        (PEOPLE, [MAILBOX, ONEDRIVE], [(ANN, True, "Counted: this person has Mailbox and OneDrive.")]),
        (
            PEOPLE,
            [MAILBOX, backed_up(email=BEN)],
            [(ANN, True, "Counted: this person has Mailbox."), (BEN, True, "Counted: this person has Mailbox.")],
        ),
        (
            PEOPLE,
            [backed_up("SharePoint Files", "Site", "")],
            [("site", False, "Free: SharePoint Files is none of the types by which users are billed.")],
        ),
        (OBJECTS, [backed_up("VM", "dc", ""), backed_up("VM", "dc", "")], [("dc", True, "Counted: there is this VM.")] * 2),
        (PEOPLE, [backed_up("M365 User", invoice="Billable")], [(ANN, True, "Counted: this person has M365 User.")]),
        (PEOPLE, [backed_up("M365 User", invoice="Free")], [(ANN, False, "Free: the source says Free.")]),
        (PEOPLE, [backed_up("M365 User")], [(ANN, False, "Free: the source says nothing of an invoice.")]),
        # What is about nobody lends nobody its address.
        (
            PEOPLE,
            [backed_up("N/A", email=""), backed_up("VM")],
            [
                ("ann", True, "Counted: this person has N/A."),
                (ANN, False, "Free: VM is none of the types by which users are billed."),
            ],
        ),
        (
            UNTIL_MARCH_2022,
            [SHARED],
            [("info@a.example", True, "Counted: a shared mailbox with a licence, or of which none is known.")],
        ),
        (
            UNTIL_MARCH_2022,
            [backed_up("Shared Mailbox", licence="unlicensed")],
            [(ANN, False, "Free: a shared mailbox without a licence.")],
        ),
        (UNTIL_MARCH_2022, [LEFT], [(ANN, True, "Counted: the backup of Mailbox is kept, though this person left.")]),
        # Converted within the month: the mailbox is still there, so it is billed.
        (
            UNTIL_MARCH_2022,
            [MAILBOX, backed_up("Shared Mailbox", licence=UNLICENSED)],
            [(ANN, True, "Counted: this person has Mailbox.")],
        ),
        (FROM_APRIL_2022, [LEFT], [(ANN, False, "Free: only backups of deleted objects are left.")]),
        (
            FROM_APRIL_2022,
            [LEFT, backed_up("OneDrive", deleted=False)],
            [(ANN, True, "Counted: whether a licence is held is not known; there is OneDrive.")],
        ),
        (FROM_APRIL_2022, [backed_up(licence=UNLICENSED)], [(ANN, False, "Free: no licence is held.")]),
        # Holding the service is what counts, not being backed up.
        (
            FROM_APRIL_2022,
            [backed_up("N/A", licence="Microsoft 365 E3")],
            [(ANN, True, "Counted: a licence is held; there is N/A.")],
        ),
        (
            FROM_APRIL_2022,
            [backed_up(licence=UNLICENSED), backed_up("OneDrive", licence="E3")],
            [(ANN, True, "Counted: a licence is held; there is Mailbox and OneDrive.")],
        ),
        # A licence is the person's: one object that tells of it, or of its lack, tells it for all.
        (
            FROM_APRIL_2022,
            [backed_up(licence=UNLICENSED), backed_up("OneDrive")],
            [(ANN, False, "Free: no licence is held.")],
        ),
        # The licence that a deleted object had is not held any more.
        (
            FROM_APRIL_2022,
            [backed_up(licence="E3", deleted=True), backed_up("OneDrive", licence=UNLICENSED)],
            [(ANN, False, "Free: no licence is held.")],
        ),
        # What the source says is free is free.
        (
            UNTIL_MARCH_2022,
            [backed_up("Shared Mailbox", invoice="Free")],
            [(ANN, False, "Free: a shared mailbox, and the source says Free.")],
        ),
        (
            FROM_APRIL_2022,
            [backed_up("Shared Mailbox", invoice="Free", licence="E3")],
            [(ANN, False, "Free: a shared mailbox, and the source says Free.")],
        ),
        (RECIPE, [], []),
    ],
)
def test_cases(rule: Rule, objects: list[BilledObject], expected: list[tuple[str, bool, str]]) -> None:
    assert told(rule, *objects) == expected


def test_the_highest_day_is_what_is_billed_where_days_are_known() -> None:
    first, second, both = 0b0001, 0b0010, 0b0011
    one, two, three = (backed_up(email=f"{name}@a.example") for name in ("one", "two", "three"))

    def on(person: BilledObject, mask: int) -> BilledObject:
        return backed_up(email=person.email, days_mask=mask)

    assert quantity(FROM_APRIL_2022, [on(one, first), on(two, second)]) == 1
    assert quantity(FROM_APRIL_2022, [on(one, first), on(two, both), on(three, second)]) == 2
    # Of whom the days are not known was there all month.
    assert quantity(FROM_APRIL_2022, [on(one, first), on(two, second), three]) == 2
    assert quantity(PEOPLE, [on(one, first), on(two, second), three]) == 3
    assert quantity(FROM_APRIL_2022, [on(one, 1 << 30), on(two, 1 << 30)]) == 2
    assert quantity(FROM_APRIL_2022, []) == 0
    # Only the days of what is billed count: not those of a deleted mailbox that is kept.
    kept = backed_up(email=one.email, days_mask=first, deleted=True)
    moved = backed_up("OneDrive", email=one.email, days_mask=second)
    assert quantity(FROM_APRIL_2022, [kept, moved, on(two, first)]) == 1
    assert quantity(FROM_APRIL_2022, [backed_up(email=one.email, deleted=True), moved, on(two, first)]) == 1


def test_rules_hold_in_their_months_and_one_of_the_two_at_any_time() -> None:
    march, april = date(2022, 3, 1), date(2022, 4, 1)
    assert [rule.holds_in(march) for rule in (UNTIL_MARCH_2022, FROM_APRIL_2022)] == [True, False]
    assert [rule.holds_in(april) for rule in (UNTIL_MARCH_2022, FROM_APRIL_2022)] == [False, True]
    assert PEOPLE.holds_in(march)
    assert PEOPLE.holds_in(april)
    assert list(RULES) == ["people", "recipe", "until-2022-03", "from-2022-04", "objects"]


_OBJECTS = st.lists(
    st.builds(
        BilledObject,
        organisation=st.sampled_from(["a", "b"]),
        object_type=st.sampled_from(["Mailbox", "OneDrive", "N/A", "User Teams Chats", "Shared Mailbox", "VM", "M365 User"]),
        name=st.sampled_from(["Ann", "ANN", "Ben", "Straße", "STRASSE"]),
        email=st.sampled_from(["", ANN, BEN, "cem@a.example"]),
        licence=st.sampled_from([None, "E3", "Unlicensed", "none"]),
        deleted=st.sampled_from([None, True, False]),
        invoice=st.sampled_from([None, "Billable", "Free"]),
        days_mask=st.integers(0, 2**31 - 1),
    ),
    max_size=10,
)


@given(_OBJECTS, st.randoms(use_true_random=False))
def test_order_and_repetition_change_no_quantity(objects: list[BilledObject], random: Any) -> None:  # noqa: ANN401
    again = objects * 2
    random.shuffle(again)
    for rule in RULES.values():
        if rule.counts_users:
            assert quantity(rule, again) == quantity(rule, objects)


@given(_OBJECTS)
def test_every_object_is_judged_once_with_a_sentence(objects: list[BilledObject]) -> None:
    for rule in RULES.values():
        judged = rule.judged(objects)
        assert sorted(id(one) for group in judged for one in group.objects) == sorted(map(id, objects))
        for group in judged:
            word = "Counted: " if group.verdict.counted else "Free: "
            assert group.verdict.reason.startswith(word)
            assert group.verdict.reason.endswith(".")
        assert 0 <= rule.quantity(judged) <= sum(one.verdict.counted for one in judged) <= len(objects)


@given(_OBJECTS)
def test_a_person_more_is_exactly_one_more(objects: list[BilledObject]) -> None:
    zoe = backed_up(name="Zoe", email="zoe@new.example", licence="E3")
    for rule in RULES.values():
        assert quantity(rule, [*objects, zoe]) == quantity(rule, objects) + 1


@given(_OBJECTS)
def test_the_rules_and_the_count_of_files_agree(objects: list[BilledObject]) -> None:
    count = FileCount()
    rows = [
        ("Bell", date(2026, 10, 1), one.organisation, one.object_type, one.invoice, one.name, one.email or None)
        for one in objects
    ]
    if rows:
        count.add(Rows(*zip(*rows, strict=True)))
    for found in count.result().customers:
        assert (found.recipe, found.people) == (quantity(RECIPE, objects), quantity(PEOPLE, objects))
