"""Who is behind an object: cases, each with its reason."""

import pytest

from tallybook.billing.decisions import Person
from tallybook.billing.people import Seen, identify

ANN, OTHER_ANN = "ann@a.example", "ann.lee@a.example"


@pytest.mark.parametrize(
    ("objects", "people"),
    [
        # A mailbox and a OneDrive of one address are one person.
        ([("o", "ann", ANN), ("o", "ann", ANN)], {("o", ANN)}),
        # Namesakes.
        ([("o", "ann", ANN), ("o", "ann", OTHER_ANN)], {("o", ANN), ("o", OTHER_ANN)}),
        # One person in two spellings.
        ([("o", "ann", ANN), ("o", "ann lee", ANN)], {("o", ANN)}),
        # A licence without backup has no address; the name has one in this organisation.
        ([("o", "ann", ""), ("o", "ann", ANN)], {("o", ANN)}),
        # The name has two, so it stands for itself.
        ([("o", "ann", ""), ("o", "ann", ANN), ("o", "ann", OTHER_ANN)], {("o", "ann"), ("o", ANN), ("o", OTHER_ANN)}),
        # Another organisation's address does not help.
        ([("o", "ann", ""), ("p", "ann", ANN)], {("o", "ann"), ("p", ANN)}),
        # The same address in two organisations: two people.
        ([("o", "ann", ANN), ("p", "ann", ANN)], {("o", ANN), ("p", ANN)}),
        ([("", "ann", ""), ("", "ben", "")], {("", "ann"), ("", "ben")}),
        ([], set()),
    ],
)
def test_people_of_objects(objects: list[tuple[str, str, str]], people: set[tuple[str, str]]) -> None:
    for order in (objects, objects[::-1], objects * 2):
        assert set(identify([Seen(*one) for one in order])) == {Person(*person) for person in people}
