"""What somebody decided about people, and what the counts make of it."""

from collections.abc import Callable
from datetime import date

import pytest
from tests.bookkeeping import NOVEMBER, OCTOBER, OPERATOR, query, revisions, usage

from tallybook.billing.against_former import beside_former
from tallybook.billing.billed_users import Chosen
from tallybook.billing.counting import count_months
from tallybook.billing.deciding import People, decide, decisions_of, undo_decision
from tallybook.billing.excluding import Terms, exclude, exclusions_of, include
from tallybook.billing.rules import RECIPE
from tallybook.database.scope import snapshot_scope, subscription_scope
from tallybook.errors import NotFound, Refused
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import find_customers
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]
ANN, BELL, SHARED = "ann@a.example", "bell@a.example", "desk@a.example"
TERMS = Terms(first_month=OCTOBER, reason="Our own test account", owner="Kim")


def user(name: str, email: str, month: date = OCTOBER, **cells: object) -> dict[str, str]:
    return usage(object_name=name, object_details=email, month=f"{month:%Y-%m}", **cells)


TWO_ANNS = [user("Ann", ANN), user("Ann", BELL)]


def people(subscription: Subscription, *identities: str, organisation: str = "") -> People:
    (customer,) = find_customers(subscription, ["Anchor Ltd"])
    return People(customer=customer, organisation=organisation, identities=identities)


def say(subscription: Subscription, *identities: str, one: bool, month: date = OCTOBER) -> None:
    with subscription_scope(subscription.id):
        decide(subscription, people(subscription, *identities), month, is_one_person=one, actor=OPERATOR)


def leave_out(subscription: Subscription, identity: str, terms: Terms = TERMS) -> None:
    with subscription_scope(subscription.id):
        exclude(subscription, people(subscription, identity), terms, actor=OPERATOR)


def numbers(subscription: Subscription, month: date = OCTOBER) -> tuple[int, int, int, int]:
    """Billed, recipe, free and excluded, as they are kept."""
    count_months(subscription, month, month)
    told = "sum(quantity), sum(recipe), sum(free_count), sum(excluded_count)"
    ((billed, recipe, free, excluded),) = query(subscription, f"SELECT {told} FROM quantity WHERE month = %s", str(month))
    return billed, recipe, free, excluded


def told(subscription: Subscription, month: date = OCTOBER) -> dict[str, tuple[bool, str]]:
    """Everybody with whether they are billed, and why."""
    with snapshot_scope(subscription.id):
        (bill,) = beside_former(subscription, Chosen(subscription_id=subscription.id, month=month))
        assert bill.now
        return {one.identity: (one.is_billed, one.reason) for one in bill.now.judged}


def changes(subscription: Subscription, month: date) -> list[tuple[str, str, int]]:
    with snapshot_scope(subscription.id):
        (bill,) = beside_former(subscription, Chosen(subscription_id=subscription.id, month=month))
        return [(one.name, one.cause, one.delta) for one in bill.changes]


def test_identities_that_are_joined_count_once_from_that_month_on(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, user("Ann", ANN, NOVEMBER), user("Ann", BELL, NOVEMBER)])
    assert numbers(subscription) == numbers(subscription, NOVEMBER) == (2, 1, 0, 0)
    before = revisions(subscription)
    say(subscription, ANN, BELL, one=True, month=NOVEMBER)
    assert revisions(subscription) == before | {"2026-11": before["2026-11"] + 1}
    assert numbers(subscription) == (2, 1, 0, 0)
    assert numbers(subscription, NOVEMBER) == (1, 1, 0, 0)
    assert told(subscription, NOVEMBER) == {ANN: (True, "Counted: this person has Mailbox.")}


def test_a_decision_is_undone_as_if_it_had_not_been_made(subscription: Subscription, take: Take) -> None:
    take(TWO_ANNS)
    say(subscription, ANN, BELL, one=True)
    assert numbers(subscription)[0] == 1
    with subscription_scope(subscription.id):
        (made,) = decisions_of(subscription)
        undo_decision(subscription, made.number, actor=OPERATOR)
        with pytest.raises(NotFound, match="perhaps somebody has undone it"):
            undo_decision(subscription, made.number, actor=OPERATOR)
    assert numbers(subscription)[0] == 2


def test_several_joins_hang_together(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, user("A. Bell", SHARED), user("Cem", "")])
    say(subscription, BELL, SHARED, one=True)
    say(subscription, ANN, BELL, one=True)
    say(subscription, "cem", SHARED, one=True)
    assert list(told(subscription)) == ["cem"]
    assert numbers(subscription) == (1, 3, 0, 0)


def test_an_address_that_several_share_is_a_person_for_each_name(subscription: Subscription, take: Take) -> None:
    take([user("Ann", SHARED), user("Ben", SHARED), user("BEN", SHARED, object_type="OneDrive")])
    assert numbers(subscription)[0] == 1
    say(subscription, SHARED, one=False)
    assert list(told(subscription)) == [f"ann <{SHARED}>", f"ben <{SHARED}>"]
    assert numbers(subscription)[0] == 2


def test_what_is_confirmed_changes_no_number(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, user("Ben", SHARED), user("B. Crow", SHARED)])
    before = numbers(subscription)
    say(subscription, ANN, BELL, one=False)
    say(subscription, SHARED, one=True)
    assert numbers(subscription) == before == (3, 3, 0, 0)


def test_what_contradicts_a_decision_is_refused_until_that_is_undone(subscription: Subscription, take: Take) -> None:
    take(TWO_ANNS)
    say(subscription, ANN, BELL, one=True)
    say(subscription, ANN, one=True)
    for identities, one in (((BELL, ANN), False), ((ANN, BELL, SHARED), False), ((ANN,), False)):
        with pytest.raises(Refused, match="Undo that decision first"):
            say(subscription, *identities, one=one)
    # Of somebody else nothing was decided.
    say(subscription, ANN, SHARED, one=False)


def test_nobody_is_one_person_and_two_through_a_third(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, user("Ann", SHARED)])
    say(subscription, ANN, BELL, one=False)
    say(subscription, ANN, SHARED, one=True)
    with pytest.raises(Refused, match="contradicts"):
        say(subscription, BELL, SHARED, one=True)
    assert numbers(subscription)[0] == 2


def test_an_address_that_several_share_is_not_joined_and_a_joined_one_not_shared(
    subscription: Subscription, take: Take
) -> None:
    take([user("Ann", ANN), user("Ann", SHARED), user("Ben", SHARED)])
    say(subscription, ANN, SHARED, one=True)
    with pytest.raises(Refused, match="contradicts"):
        say(subscription, SHARED, one=False)
    with subscription_scope(subscription.id):
        undo_decision(subscription, 1, actor=OPERATOR)
    say(subscription, SHARED, one=False)
    with pytest.raises(Refused, match="contradicts"):
        say(subscription, ANN, SHARED, one=True)
    # She is one person with the Ann of that address, and Ben is another.
    say(subscription, ANN, f"ann <{SHARED}>", one=True)
    assert numbers(subscription)[0] == 2


@pytest.mark.parametrize("identities", [(), ("",), (ANN, ""), ("x" * 6001,), ("\0",), tuple(str(n) for n in range(101))])
def test_a_decision_is_about_somebody(subscription: Subscription, take: Take, identities: tuple[str, ...]) -> None:
    take(TWO_ANNS)
    with pytest.raises(Refused, match=r"Choose|no address"):
        say(subscription, *identities, one=True)


def test_the_same_again_only_begins_earlier(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, user("Ann", ANN, NOVEMBER), user("Ann", BELL, NOVEMBER)])
    say(subscription, ANN, BELL, one=True, month=NOVEMBER)
    before = revisions(subscription)
    say(subscription, BELL, ANN, one=True, month=NOVEMBER)
    assert revisions(subscription) == before
    assert numbers(subscription)[0] == 2
    say(subscription, BELL, ANN, one=True)
    assert numbers(subscription)[0] == numbers(subscription, NOVEMBER)[0] == 1
    with subscription_scope(subscription.id):
        assert len(decisions_of(subscription)) == 1


def test_a_decision_is_about_one_organisation(subscription: Subscription, take: Take) -> None:
    take([user("Ann", ANN, organisation="One"), user("Ann", BELL, organisation="One")])
    say(subscription, ANN, BELL, one=True)
    assert numbers(subscription)[0] == 2
    with subscription_scope(subscription.id):
        decide(subscription, people(subscription, ANN, BELL, organisation="one"), OCTOBER, is_one_person=True, actor=OPERATOR)
    assert numbers(subscription)[0] == 1


def test_a_new_address_that_is_joined_is_no_change(subscription: Subscription, take: Take) -> None:
    take([user("Ann", ANN), user("Ben", SHARED), user("Ann", BELL, NOVEMBER), user("Ben", SHARED, NOVEMBER)])
    assert changes(subscription, NOVEMBER) == [("Ann", "renamed", 0)]
    say(subscription, BELL, ANN, one=True)
    assert changes(subscription, NOVEMBER) == []


def test_a_decision_from_this_month_on_makes_no_leavers_and_no_joiners(subscription: Subscription, take: Take) -> None:
    two = [user("Ann", ANN), user("A. Bell", BELL), user("Front", SHARED), user("Desk", SHARED)]
    take([*two, *(one | {"Month": "2026-11"} for one in two)])
    assert changes(subscription, NOVEMBER) == []
    say(subscription, ANN, BELL, one=True, month=NOVEMBER)
    say(subscription, SHARED, one=False, month=NOVEMBER)
    assert changes(subscription, NOVEMBER) == [("Desk, Front", "decided", 1), ("A. Bell", "decided", -1)]


def test_a_new_address_that_is_joined_from_this_month_on_is_told(subscription: Subscription, take: Take) -> None:
    take([user("Ann", ANN), user("Ann Bell", BELL, NOVEMBER)])
    say(subscription, BELL, ANN, one=True, month=NOVEMBER)
    assert changes(subscription, NOVEMBER) == [("Ann", "decided", 0)]


def test_who_is_somebody_else_is_no_rename(subscription: Subscription, take: Take) -> None:
    take([user("Ann", ANN), user("Ann", BELL, NOVEMBER)])
    say(subscription, BELL, ANN, one=False, month=NOVEMBER)
    assert changes(subscription, NOVEMBER) == [("Ann", "joined", 1), ("Ann", "left", -1)]


def test_who_is_excluded_is_counted_and_shown_and_not_billed(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, user("Site", "", object_type="SharePoint Files"), user("Ann", BELL, NOVEMBER)])
    leave_out(subscription, BELL)
    assert numbers(subscription) == (1, 1, 1, 1)
    assert told(subscription)[BELL] == (False, "Excluded from the bill: Our own test account (Kim)")
    assert told(subscription)[ANN][0]
    assert numbers(subscription, NOVEMBER) == (0, 1, 0, 1)


def test_who_is_billed_again_stays_excluded_in_the_months_before(subscription: Subscription, take: Take) -> None:
    take([user("Ann", ANN), user("Ann", ANN, NOVEMBER)])
    leave_out(subscription, ANN)
    with subscription_scope(subscription.id):
        include(subscription, 1, NOVEMBER, actor=OPERATOR)
        with pytest.raises(NotFound, match="ended before that month"):
            include(subscription, 1, NOVEMBER, actor=OPERATOR)
    assert numbers(subscription) == (0, 1, 0, 1)
    assert numbers(subscription, NOVEMBER) == (1, 1, 0, 0)
    assert changes(subscription, NOVEMBER) == [("Ann", "counted now", 1)]
    with subscription_scope(subscription.id):
        include(subscription, 1, OCTOBER, actor=OPERATOR)
        with pytest.raises(NotFound):
            include(subscription, 1, OCTOBER, actor=OPERATOR)
    assert numbers(subscription) == (1, 1, 0, 0)


def test_an_exclusion_is_a_change_by_name_and_cause(subscription: Subscription, take: Take) -> None:
    take([user("Ann", ANN), user("Ann", ANN, NOVEMBER)])
    leave_out(subscription, ANN, Terms(first_month=NOVEMBER, reason="Left", owner="Kim"))
    assert changes(subscription, NOVEMBER) == [("Ann", "excluded", -1)]


def test_the_exclusion_of_a_joined_person_is_of_all_their_identities(subscription: Subscription, take: Take) -> None:
    take(TWO_ANNS)
    leave_out(subscription, BELL)
    say(subscription, ANN, BELL, one=True)
    assert numbers(subscription) == (0, 1, 0, 1)


def test_who_was_excluded_twice_and_joined_is_billed_again_at_once(subscription: Subscription, take: Take) -> None:
    take(TWO_ANNS)
    leave_out(subscription, BELL)
    leave_out(subscription, ANN)
    say(subscription, ANN, BELL, one=True)
    with subscription_scope(subscription.id):
        include(subscription, 2, OCTOBER, actor=OPERATOR)
        assert exclusions_of(subscription, OCTOBER) == []
    assert numbers(subscription) == (1, 1, 0, 0)


def test_an_address_that_is_excluded_stays_so_when_it_turns_out_to_be_shared(subscription: Subscription, take: Take) -> None:
    take([user("Ann", SHARED), user("Ben", SHARED)])
    leave_out(subscription, SHARED)
    say(subscription, SHARED, one=False)
    assert numbers(subscription) == (0, 2, 0, 2)


def test_objects_of_other_products_are_counted_whoever_is_excluded(subscription: Subscription, take: Take) -> None:
    machines = [user(name, email, product="VM Backup", object_type="VM") for name, email in (("Ann", ANN), ("web-1", ""))]
    take([user("Ann", ANN), *machines])
    leave_out(subscription, ANN)
    say(subscription, ANN, "web-1", one=True)
    count_months(subscription, OCTOBER, OCTOBER)
    assert query(subscription, "SELECT rule, quantity, excluded_count FROM quantity ORDER BY rule") == [
        ("objects", 2, None),
        ("people", 0, 1),
    ]


def test_a_name_that_somebody_else_carries_too_is_billed(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, user("Ben", SHARED)])
    leave_out(subscription, ANN)
    leave_out(subscription, SHARED)
    with snapshot_scope(subscription.id):
        chosen = Chosen(subscription_id=subscription.id, month=OCTOBER)
        (bill,) = beside_former(subscription, chosen, RECIPE)
    assert bill.now
    assert [(one.name, one.is_billed) for one in bill.now.judged] == [("Ann", True), ("Ben", False)]


@pytest.mark.parametrize(
    "terms", [Terms(first_month=OCTOBER, reason="", owner="Kim"), Terms(first_month=OCTOBER, reason="x", owner="")]
)
def test_an_exclusion_has_a_reason_and_an_owner(subscription: Subscription, take: Take, terms: Terms) -> None:
    take(TWO_ANNS)
    with pytest.raises(Refused, match="Write "):
        leave_out(subscription, ANN, terms)


def test_nobody_is_excluded_twice(subscription: Subscription, take: Take) -> None:
    take(TWO_ANNS)
    leave_out(subscription, ANN)
    with pytest.raises(Refused, match="excluded already"):
        leave_out(subscription, ANN, Terms(first_month=NOVEMBER, reason="x", owner="Kim"))


def test_all_of_it_is_in_the_audit_log(subscription: Subscription, take: Take) -> None:
    take(TWO_ANNS)
    say(subscription, ANN, BELL, one=True)
    leave_out(subscription, ANN)
    with subscription_scope(subscription.id):
        undo_decision(subscription, 1, actor=OPERATOR)
        include(subscription, 1, NOVEMBER, actor=OPERATOR)
    logged = query(subscription, "SELECT action FROM audit_event WHERE action LIKE 'people.%%' ORDER BY number")
    assert [action for (action,) in logged] == ["people.decided", "people.excluded", "people.undone", "people.included"]
