"""Names and people that cannot be matched one to one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallybook.billing.decisions import Person
from tallybook.billing.differences import Cause, tangles

Named = list[tuple[str, str]]


def of(named: Named) -> list[tuple[Cause, tuple[str, ...], tuple[str, ...]]]:
    people_of: dict[str, set[Person]] = {}
    for name, person in named:
        people_of.setdefault(name, set()).add(Person("", person))
    found = tangles(people_of)
    return [(one.cause, one.names, tuple(person.identity for person in one.people)) for one in found]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ([("ann", "a"), ("ben", "b")], []),
        ([("ann", "a"), ("ann", "b")], [(Cause.NAMESAKES, ("ann",), ("a", "b"))]),
        ([("ann", "a"), ("anne", "a")], [(Cause.SPELLINGS, ("ann", "anne"), ("a",))]),
        # As many names as people, and still no name is one person.
        (
            [("ann", "a"), ("ann", "b"), ("anne", "a"), ("ben", "c")],
            [(Cause.NAMESAKES_AND_SPELLINGS, ("ann", "anne"), ("a", "b"))],
        ),
        # What hangs together over a third is one.
        (
            [("one", "a"), ("two", "a"), ("two", "b"), ("three", "b"), ("three", "c")],
            [(Cause.NAMESAKES_AND_SPELLINGS, ("one", "three", "two"), ("a", "b", "c"))],
        ),
        ([], []),
    ],
)
def test_tangles(named: Named, expected: list[tuple[Cause, tuple[str, ...], tuple[str, ...]]]) -> None:
    assert of(named) == expected
    assert of(named[::-1] * 2) == expected


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("stuvwxyz"))))
def test_they_explain_the_whole_difference(named: Named) -> None:
    names, people = {name for name, _ in named}, {person for _, person in named}
    found = of(named)
    assert sum(len(ones) - len(twos) for _, ones, twos in found) == len(names) - len(people)
    # Each name and each person is in one tangle at most.
    for place in (1, 2):
        told = [one for tangle in found for one in tangle[place]]
        assert len(told) == len(set(told))
