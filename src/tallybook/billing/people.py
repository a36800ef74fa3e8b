"""Who is behind the objects of one customer in one month (DESIGN: Identity)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import not_
from typing import NamedTuple, Protocol, TypeVar

from tallybook.billing.decisions import NO_DECISIONS, Decisions, Person


class Known(Protocol):
    """Something as far as it says who is behind it, all of it folded; `email` is empty where its details hold none."""

    @property
    def organisation(self) -> str: ...

    @property
    def name_folded(self) -> str: ...

    @property
    def email(self) -> str: ...


class Listed(Protocol):
    """Several objects of one organisation, the name and the address of each, as they are `Known`."""

    @property
    def organisation(self) -> str: ...

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def emails(self) -> Sequence[str]: ...


class Seen(NamedTuple):
    """An object of which no more is known."""

    organisation: str
    name_folded: str
    email: str


Whose = TypeVar("Whose", bound=Known)


def identify(objects: Sequence[Known], decisions: Decisions = NO_DECISIONS) -> list[Person]:
    """The person behind each object.

    That is the e-mail address; without one, the single address that carries the name in its organisation; else the name.
    What was decided about these people goes before.
    """
    carriers = _carriers(objects)
    people = []
    for one in objects:
        organisation, identity = one.organisation, one.email
        if not identity:
            name = one.name_folded
            addresses = carriers.get((organisation, name), ())
            identity = next(iter(addresses)) if len(addresses) == 1 else name
        people.append(Person(organisation, identity))
    if decisions is NO_DECISIONS:
        return people
    return [decisions.person(person, one.name_folded) for person, one in zip(people, objects, strict=True)]


def identities_listed(lists: Sequence[Listed]) -> list[list[str]]:
    """The identity, within its organisation, of the person behind each object of each list, where nothing was decided.

    Whoever has an address is known at once; for the others, those of the same name are looked at.
    """
    identities = [list(one.emails) for one in lists]
    without = {name for one in lists for name in compress(one.names, map(not_, one.emails))}
    if without:
        places = [
            (one, found, place)
            for one, found in zip(lists, identities, strict=True)
            for place in compress(range(len(found)), map(without.__contains__, one.names))
        ]
        seen = [Seen(one.organisation, one.names[place], one.emails[place]) for one, _, place in places]
        for (_, found, place), person in zip(places, identify(seen), strict=True):
            found[place] = person.identity
    return identities


def _carriers(objects: Iterable[Known]) -> dict[tuple[str, str], set[str]]:
    """The addresses that carry each name for which something has no address."""
    addresses: dict[tuple[str, str], set[str]] = {
        (one.organisation, one.name_folded): set() for one in objects if not one.email
    }
    if addresses:
        for one in objects:
            if one.email and (found := addresses.get((one.organisation, one.name_folded))) is not None:
                found.add(one.email)
    return addresses


def by_person(objects: Sequence[Whose], decisions: Decisions = NO_DECISIONS) -> dict[Person, list[Whose]]:
    """The objects of each person."""
    found: dict[Person, list[Whose]] = defaultdict(list)
    for person, one in zip(identify(objects, decisions), objects, strict=True):
        found[person].append(one)
    return found


def by_name(objects: Iterable[Whose]) -> dict[str, list[Whose]]:
    """The objects of each name, folded as a spreadsheet compares."""
    found: dict[str, list[Whose]] = defaultdict(list)
    for one in objects:
        found[one.name_folded].append(one)
    return found


def people_of_names(objects: Sequence[Known], decisions: Decisions = NO_DECISIONS) -> dict[str, set[Person]]:
    """Each name with the people who carry it."""
    found: dict[str, set[Person]] = defaultdict(set)
    for one, person in zip(objects, identify(objects, decisions), strict=True):
        found[one.name_folded].add(person)
    return found
