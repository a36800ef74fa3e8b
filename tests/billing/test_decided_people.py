"""What decisions make of people, rules and changes: small cases without a ledger."""

import pytest
from tests.billing.test_changes import bill
from tests.billing.test_changes import mailbox as in_a

from tallybook.billing.changes import Cause, changes
from tallybook.billing.decisions import Decisions, Excluded, Person, name_at
from tallybook.billing.lots import lots
from tallybook.billing.objects import BilledObject
from tallybook.billing.people import Seen, by_person, identify, people_of_names
from tallybook.billing.rules import FROM_APRIL_2022, OBJECTS, PEOPLE, RECIPE
from tallybook.billing.suspects import suspects

ANN, BEN, DESK = "ann@a.example", "ben@a.example", "desk@a.example"
ANN_A, BEN_A, DESK_A = (Person("a", identity) for identity in (ANN, BEN, DESK))
JOINED = Decisions(same_as={BEN_A: ANN_A})
SHARED = Decisions(shared=frozenset({DESK_A}))
OURS = Excluded(7, "Our own", "Kim")


def test_a_joined_identity_is_the_other_person() -> None:
    objects = [Seen("a", "ann", ANN), Seen("a", "ben", BEN), Seen("b", "ben", BEN)]
    assert identify(objects, JOINED) == [ANN_A, ANN_A, Person("b", BEN)]
    assert list(by_person(objects, JOINED)) == [ANN_A, Person("b", BEN)]
    assert people_of_names(objects, JOINED) == {"ann": {ANN_A}, "ben": {ANN_A, Person("b", BEN)}}


def test_a_shared_address_is_a_person_for_each_name() -> None:
    objects = [Seen("a", "ann", DESK), Seen("a", "ben", DESK), Seen("a", "ann", ""), Seen("b", "ann", DESK)]
    ann, ben = Person("a", name_at("ann", DESK)), Person("a", name_at("ben", DESK))
    assert identify(objects, SHARED) == [ann, ben, ann, Person("b", DESK)]
    assert ann.identity == "ann <desk@a.example>"


def test_one_of_those_who_share_may_be_somebody_who_is_known() -> None:
    decisions = Decisions(shared=SHARED.shared, same_as={Person("a", name_at("ann", DESK)): ANN_A})
    assert identify([Seen("a", "ann", DESK), Seen("a", "ann", ANN)], decisions) == [ANN_A, ANN_A]


def test_who_is_excluded_is_counted_and_not_billed() -> None:
    decisions = Decisions(excluded={ANN_A: OURS})
    ann, ben = PEOPLE.judged([in_a(), in_a("Ben", BEN)], decisions)
    assert (ann.is_billed, ann.is_excluded, ann.reason) == (False, True, "Excluded from the bill: Our own (Kim)")
    assert (ben.is_billed, ben.is_excluded, ben.excluded) == (True, False, None)
    assert PEOPLE.quantity([ann, ben]) == 1


def test_who_is_free_anyway_keeps_that_reason() -> None:
    (site,) = PEOPLE.judged([in_a(object_type="SharePoint Files")], Decisions(excluded={ANN_A: OURS}))
    assert (site.is_billed, site.is_excluded) == (False, False)
    assert site.reason.startswith("Free: ")
    (ann,) = FROM_APRIL_2022.judged([in_a(licence="none")], Decisions(excluded={ANN_A: OURS}))
    assert (ann.is_excluded, ann.reason) == (False, "Free: no licence is held.")


def test_the_exclusion_of_a_person_is_of_whoever_was_joined_with_them() -> None:
    decisions = Decisions(same_as=JOINED.same_as, excluded={ANN_A: OURS})
    assert PEOPLE.quantity(PEOPLE.judged([in_a("Ben", BEN)], decisions)) == 0


def test_objects_are_nobody_who_could_be_excluded() -> None:
    assert [one.is_billed for one in OBJECTS.judged([in_a()], Decisions(excluded={ANN_A: OURS}))] == [True]


def test_a_name_is_excluded_when_everybody_of_it_is() -> None:
    two = [in_a(), in_a("ANN", BEN)]
    for excluded, billed in (({ANN_A: OURS}, 1), ({ANN_A: OURS, BEN_A: OURS}, 0)):
        assert RECIPE.quantity(RECIPE.judged(two, Decisions(excluded=excluded))) == billed


def test_an_excluded_address_is_so_for_all_who_share_it() -> None:
    decisions = Decisions(shared=SHARED.shared, excluded={DESK_A: OURS})
    assert PEOPLE.quantity(PEOPLE.judged([in_a("Ann", DESK), in_a("Ben", DESK), in_a()], decisions)) == 1


@pytest.mark.parametrize(
    ("before", "after", "decisions", "expected"),
    [
        ([in_a(), in_a("Ben", BEN)], [in_a(), in_a("Ben", BEN)], JOINED, [(-1, "Ben", Cause.DECIDED)]),
        ([in_a("Ben", BEN)], [in_a("Ben", BEN)], JOINED, [(0, "Ben", Cause.DECIDED)]),
        (
            [in_a("Ann", DESK), in_a("Ben", DESK)],
            [in_a("Ann", DESK), in_a("Ben", DESK)],
            SHARED,
            [(1, "Ann, Ben", Cause.DECIDED)],
        ),
        # Nobody of the address is left; and who joins elsewhere has nothing to do with it.
        ([in_a("Ann", DESK)], [in_a("Ben", BEN)], SHARED, [(1, "Ben", Cause.JOINED), (-1, "Ann", Cause.LEFT)]),
        ([in_a()], [in_a("Ann", BEN)], Decisions(), [(0, "Ann", Cause.RENAMED)]),
        (
            [in_a()],
            [in_a("Ann", BEN)],
            Decisions(kept_apart=frozenset({frozenset({ANN_A, BEN_A})})),
            [(1, "Ann", Cause.JOINED), (-1, "Ann", Cause.LEFT)],
        ),
        ([in_a()], [in_a()], Decisions(excluded={ANN_A: OURS}), [(-1, "Ann", Cause.EXCLUDED)]),
        ([], [in_a()], Decisions(excluded={ANN_A: OURS}), []),
    ],
)
def test_changes_by_what_was_decided(
    before: list[BilledObject], after: list[BilledObject], decisions: Decisions, expected: list[tuple[int, str, Cause]]
) -> None:
    found = changes(bill(PEOPLE, before), bill(PEOPLE, after, decisions))
    assert [(one.delta, one.name, one.cause) for one in found] == expected


def test_what_was_decided_holds_under_the_former_rule_too() -> None:
    two = [in_a(), in_a("Ben", BEN)]
    assert changes(bill(PEOPLE, two, JOINED), bill(FROM_APRIL_2022, two, JOINED)) == []


def test_who_is_billed_again_counts_now() -> None:
    (one,) = changes(bill(PEOPLE, [in_a()], Decisions(excluded={ANN_A: OURS})), bill(PEOPLE, [in_a()]))
    assert (one.delta, one.cause, one.reason) == (1, Cause.COUNTED_NOW, "Counted: this person has Mailbox.")


def test_the_reasons_of_changes_name_who_it_is() -> None:
    (joined,) = changes(bill(PEOPLE, [in_a(), in_a("Ben", BEN)]), bill(PEOPLE, [in_a(), in_a("Ben", BEN)], JOINED))
    assert joined.reason == "ben@a.example is one person with ann@a.example."
    two = [in_a("Ann", DESK), in_a("Ben", DESK)]
    (split,) = changes(bill(PEOPLE, two), bill(PEOPLE, two, SHARED))
    assert split.reason == "Each name beside desk@a.example is a person."
    ann = in_a()
    (came,), (went,) = changes(None, bill(PEOPLE, [ann])), changes(bill(PEOPLE, [ann]), None)
    assert (came.reason, went.reason) == ("Counted: this person has Mailbox.", "No backup in this month.")
    (renamed,) = changes(bill(PEOPLE, [ann]), bill(PEOPLE, [in_a("Ann", BEN)]))
    assert renamed.reason == "ann@a.example is ben@a.example now."
    (excluded,) = changes(bill(PEOPLE, [in_a()]), bill(PEOPLE, [in_a()], Decisions(excluded={ANN_A: OURS})))
    assert excluded.reason == OURS.sentence


def test_suspects_name_their_organisation_and_come_in_order() -> None:
    now = [in_a("B", ANN), in_a("B", BEN), in_a("A", DESK), in_a("C", DESK), in_a("N", "new@a.example")]
    found = suspects([in_a("N", "old@a.example"), in_a("Gone", "gone@a.example")], now, Decisions())
    assert [(one.organisation, one.names) for one in found] == [("a", ("A", "C")), ("a", ("B",)), ("a", ("N",))]


def test_the_days_of_all_objects_of_a_person_count() -> None:
    days = [in_a(days_mask=0b01), in_a(object_type="OneDrive", days_mask=0b10)]
    on_the_first = in_a("Ben", BEN, days_mask=0b01)
    assert FROM_APRIL_2022.quantity(FROM_APRIL_2022.judged([*days, on_the_first])) == 2
    # Of whom the days are not known was there all month, and on the first too.
    assert FROM_APRIL_2022.quantity(FROM_APRIL_2022.judged([in_a(), on_the_first])) == 2
    assert FROM_APRIL_2022.quantity(FROM_APRIL_2022.judged([])) == 0


def test_a_reason_names_each_type_once() -> None:
    objects = [in_a(object_type=kind) for kind in ("OneDrive", "N/A", "Mailbox", "Mailbox")]
    (ann,) = PEOPLE.judged(objects)
    assert ann.reason == "Counted: this person has Mailbox, N/A and OneDrive."


def test_lots_hang_together_over_several_names_and_people() -> None:
    objects = [in_a("Ann", ANN), in_a("Bell", ANN), in_a("Bell", BEN), in_a("Cem", DESK)]
    by_name, by_people = RECIPE.judged(objects), PEOPLE.judged(objects)
    found = list(lots(by_name, by_people))
    assert [(lot.names, lot.delta, len(lot.first), len(lot.second)) for lot in found] == [
        ("Ann / Bell", 0, 2, 2),
        ("Cem", 0, 1, 1),
    ]
    (chain, _) = lots(by_people, by_name)
    assert (len(chain.first), len(chain.second)) == (2, 2)


def test_many_of_one_name_are_one_lot() -> None:
    objects = [in_a("Room", f"{number}@a.example") for number in range(3000)]
    (lot,) = lots(RECIPE.judged(objects), PEOPLE.judged(objects))
    assert lot.delta == 2999
