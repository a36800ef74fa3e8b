"""Where a count of names and a count of people part, and why."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tallybook.billing.decisions import Person


class Cause(StrEnum):
    """Why the two numbers of a difference are not the same."""

    NAMESAKES = "namesakes"
    SPELLINGS = "spellings"
    NAMESAKES_AND_SPELLINGS = "namesakes and spellings"
    SEVERAL_CUSTOMERS = "in several customers"
    SEVERAL_MONTHS = "in several months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tangle:
    """Names and people of one customer and month that cannot be matched one to one."""

    names: tuple[str, ...]
    people: tuple[Person, ...]

    @property
    def cause(self) -> Cause:
        if len(self.names) == 1:
            return Cause.NAMESAKES
        return Cause.SPELLINGS if len(self.people) == 1 else Cause.NAMESAKES_AND_SPELLINGS


def tangles(people_of: Mapping[str, set[Person]]) -> Iterator[Tangle]:
    """Each set of names and people that hang together, unless it is one name of one person.

    Args:
        people_of: names with the people who carry them.
    """
    names_of: dict[Person, set[str]] = defaultdict(set)
    for name, people in people_of.items():
        for person in people:
            names_of[person].add(name)
    done: set[str] = set()
    for name, people in sorted(people_of.items()):
        if name in done or (len(people) == 1 and len(names_of[next(iter(people))]) == 1):
            continue
        names, persons = _together(name, people_of, names_of)
        done |= names
        yield Tangle(names=tuple(sorted(names)), people=tuple(sorted(persons)))


def _together(
    name: str, people_of: Mapping[str, set[Person]], names_of: Mapping[Person, set[str]]
) -> tuple[set[str], set[Person]]:
    """All names and people that are reached from a name, over and over."""
    names, people = {name}, set[Person]()
    waiting = [name]
    while waiting:
        for person in people_of[waiting.pop()] - people:
            people.add(person)
            waiting += names_of[person] - names
            names |= names_of[person]
    return names, people
