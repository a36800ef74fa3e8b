"""Objects in lists are put together as they are one by one, by every rule."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallybook.billing.decisions import NO_DECISIONS
from tallybook.billing.rules import RULES, Rule

ANN = "ann@a.example"


class Several(NamedTuple):
    """Objects of an organisation."""

    organisation: str
    names: list[str]
    emails: list[str]


class One(NamedTuple):
    """One of them, with its number among all."""

    organisation: str
    name_folded: str
    email: str
    number: int


KNOWN = st.tuples(st.sampled_from(["ann", "ben", ANN]), st.sampled_from(["", "", ANN, "ben@a.example"]))
LISTS = st.lists(st.tuples(st.sampled_from(["", "o", "p"]), st.lists(KNOWN, max_size=5)), max_size=6)
Groups = set[frozenset[int]]


def several(organisation: str, known: list[tuple[str, str]]) -> Several:
    return Several(organisation, [name for name, _ in known], [email for _, email in known])


def one_by_one(rule: Rule, lists: list[Several]) -> Groups:
    known = [(each.organisation, *of) for each in lists for of in zip(each.names, each.emails, strict=True)]
    objects = [One(*of, number) for number, of in enumerate(known)]
    return {frozenset(one.number for one in ones) for _, ones in rule.group(objects, NO_DECISIONS)}


def listed(rule: Rule, lists: list[Several]) -> Groups:
    keys = [key for keys in rule.group_listed(lists) for key in keys]
    return {frozenset(number for number, other in enumerate(keys) if other == key) for key in keys}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@given(lists=LISTS)
def test_lists_are_grouped_as_their_objects_are(rule: Rule, lists: list[tuple[str, list[tuple[str, str]]]]) -> None:
    given_lists = [several(*each) for each in lists]
    assert listed(rule, given_lists) == one_by_one(rule, given_lists)


@pytest.mark.parametrize(
    ("lists", "people"),
    [
        ([("o", [("ann", ANN), ("ben", "")]), ("o", [("ann", "")])], {frozenset({0, 2}), frozenset({1})}),
        # An address of another organisation helps nobody, and is somebody else.
        ([("o", [("ann", ANN)]), ("p", [("ann", "")])], {frozenset({0}), frozenset({1})}),
        ([("o", [("ann", ANN)]), ("p", [("ann", ANN)])], {frozenset({0}), frozenset({1})}),
        ([], set()),
    ],
)
def test_people_of_lists(lists: list[tuple[str, list[tuple[str, str]]]], people: Groups) -> None:
    assert listed(RULES["people"], [several(*each) for each in lists]) == people
