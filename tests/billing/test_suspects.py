"""Who is in doubt, by small cases; and which customers are looked at."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.billing.test_decisions import ANN, BELL, SHARED, people, user
from tests.bookkeeping import NOVEMBER, OPERATOR, customer_ids, new_subscription, take, usage

from tallybook.billing.deciding import decide
from tallybook.billing.decisions import NO_DECISIONS, Decisions, Person
from tallybook.billing.objects import BilledObject
from tallybook.billing.suspects import Suspect, suspects
from tallybook.billing.suspects_of_month import doubtful_customers, suspects_of
from tallybook.database.scope import snapshot_scope, subscription_scope
from tallybook.subscriptions.models import Subscription


def item(name: str, email: str = "", organisation: str = "", kind: str = "Mailbox") -> BilledObject:
    return BilledObject(organisation=organisation, object_type=kind, name=name, email=email)


def pair(one: str, other: str) -> frozenset[Person]:
    return frozenset((Person("", one), Person("", other)))


def short(found: list[Suspect]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(one.doubt.value, one.names, one.identities) for one in found]


@pytest.mark.parametrize(
    ("before", "now", "decisions", "expected"),
    [
        ([], [item("Ann", ANN), item("ann", ANN)], NO_DECISIONS, []),
        ([], [item("Ann", ANN), item("ANN", BELL)], NO_DECISIONS, [("same name", ("Ann",), (ANN, BELL))]),
        # Nobody can say whose the third one is.
        (
            [],
            [item("Ann", ANN), item("Ann", BELL), item("Ann")],
            NO_DECISIONS,
            [("same name", ("Ann",), ("ann", ANN, BELL))],
        ),
        ([], [item("Ann", ANN), item("Ann")], NO_DECISIONS, []),
        ([], [item("Ann", ANN, "one"), item("Ann", BELL, "two")], NO_DECISIONS, []),
        ([], [item("Ann", ANN), item("Ann", BELL, kind="SharePoint Files")], NO_DECISIONS, []),
        ([], [item("Ann", SHARED), item("Ben", SHARED)], NO_DECISIONS, [("several names", ("Ann", "Ben"), (SHARED,))]),
        ([item("Ann", ANN)], [item("Ann", BELL)], NO_DECISIONS, [("new address", ("Ann",), (BELL, ANN))]),
        ([item("Ann", ANN)], [item("Ann")], NO_DECISIONS, [("new address", ("Ann",), ("ann", ANN))]),
        ([item("Ann", ANN)], [item("Bell", BELL)], NO_DECISIONS, []),
        # Two have come under the name: they are in doubt, and which of them is the former one nobody can say.
        ([item("Ann", ANN)], [item("Ann", BELL), item("Ann", SHARED)], NO_DECISIONS, [("same name", ("Ann",), (BELL, SHARED))]),
        ([], [item("Ann", ANN), item("Ann", BELL)], Decisions(kept_apart=frozenset({pair(ANN, BELL)})), []),
        (
            [],
            [item("Ann", ANN), item("Ann", BELL), item("Ann", SHARED)],
            Decisions(kept_apart=frozenset({pair(ANN, BELL)})),
            [("same name", ("Ann",), (ANN, BELL, SHARED))],
        ),
        ([item("Ann", ANN)], [item("Ann", BELL)], Decisions(kept_apart=frozenset({pair(ANN, BELL)})), []),
        ([item("Ann", ANN)], [item("Ann", BELL)], Decisions(same_as={Person("", ANN): Person("", BELL)}), []),
        # Ann was joined; who else uses the address of the desk is as open as before.
        (
            [],
            [item("Ann", ANN), item("Ann", SHARED), item("Ben", SHARED)],
            Decisions(same_as={Person("", SHARED): Person("", ANN)}),
            [("several names", ("Ann", "Ben"), (SHARED,))],
        ),
        ([], [item("Ann", ANN), item("A. Bell", BELL)], Decisions(same_as={Person("", ANN): Person("", BELL)}), []),
        ([], [item("Ann", SHARED), item("Ben", SHARED)], Decisions(one_person=frozenset({Person("", SHARED)})), []),
        ([], [item("Ann", SHARED), item("Ben", SHARED)], Decisions(shared=frozenset({Person("", SHARED)})), []),
    ],
)
def test_who_is_in_doubt(
    before: list[BilledObject],
    now: list[BilledObject],
    decisions: Decisions,
    expected: list[tuple[str, tuple[str, ...], tuple[str, ...]]],
) -> None:
    assert short(suspects(before, now, decisions)) == expected


def test_the_customers_to_look_at(subscription: Subscription, tmp_path: Path) -> None:
    rows = [
        user("Ann", ANN), user("Ann", ANN, NOVEMBER), user("Ann", BELL, NOVEMBER),
        *(user("Ben", "ben@b.example", month, customer="Birch Ltd") for month in (NOVEMBER,)),
        user("Cem", "cem@c.example", customer="Cedar Ltd"), user("Cem", "c@c.example", NOVEMBER, customer="Cedar Ltd"),
        user("Desk", SHARED, NOVEMBER, customer="Elm Ltd"), user("Eve", SHARED, NOVEMBER, customer="Elm Ltd"),
        # It was in doubt before, and is no more.
        user("Flo", BELL, customer="Fir Ltd"), user("Flo", "flo@f.example", customer="Fir Ltd"),
        usage(month="2026-11", customer="Oak Ltd", product="VM Backup", object_type="VM", object_name="x", object_details=ANN),
        usage(month="2026-11", customer="Oak Ltd", product="VM Backup", object_type="VM", object_name="x", object_details=BELL),
    ]  # fmt: skip
    take(subscription, rows, tmp_path)
    with snapshot_scope(subscription.id):
        doubtful = doubtful_customers(subscription, NOVEMBER)
        found = suspects_of(subscription, NOVEMBER, doubtful)
    assert [name for _, name in doubtful] == ["Anchor Ltd", "Cedar Ltd", "Elm Ltd"]
    assert {one.customer: [each.doubt.value for each in one.suspects] for one in found} == {
        "Anchor Ltd": ["same name"],
        "Cedar Ltd": ["new address"],
        "Elm Ltd": ["several names"],
    }


def test_what_was_decided_is_asked_no_more(subscription: Subscription, tmp_path: Path) -> None:
    take(subscription, [user("Ann", ANN, NOVEMBER), user("Ann", BELL, NOVEMBER)], tmp_path)
    with subscription_scope(subscription.id):
        decide(subscription, people(subscription, ANN, BELL), NOVEMBER, is_one_person=False, actor=OPERATOR)
    with snapshot_scope(subscription.id):
        assert suspects_of(subscription, NOVEMBER, doubtful_customers(subscription, NOVEMBER)) == []


CELLS = st.fixed_dictionaries(
    {
        "month": st.sampled_from(["2026-10", "2026-11"]),
        "customer": st.sampled_from(["Anchor Ltd", "Birch Ltd", "Cedar Ltd"]),
        "object_name": st.sampled_from(["Ann", "ann", "Ben", ANN]),
        "object_details": st.sampled_from([None, ANN, BELL, SHARED]),
        "object_type": st.sampled_from(["Mailbox", "OneDrive", "SharePoint Files"]),
        "organisation": st.sampled_from([None, "one"]),
    }
)


@given(st.lists(CELLS, min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_whoever_is_in_doubt_is_of_a_customer_to_look_at(
    tmp_path_factory: pytest.TempPathFactory, cells: list[dict[str, str]]
) -> None:
    subscription = new_subscription()
    take(subscription, [usage(**one) for one in cells], tmp_path_factory.mktemp("cells"))
    everybody = [(found, name) for name, found in customer_ids(subscription).items()]
    with snapshot_scope(subscription.id):
        doubtful = {found for found, _ in doubtful_customers(subscription, NOVEMBER)}
        assert {one.customer_id for one in suspects_of(subscription, NOVEMBER, everybody)} <= doubtful
