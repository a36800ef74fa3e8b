"""People of whom names and addresses leave it open whether they are one person or several."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from tallybook.billing.decisions import NO_DECISIONS, Decisions, Person
from tallybook.billing.objects import BilledObject
from tallybook.billing.people import identify


class Doubt(StrEnum):
    """What speaks for another number of people than is counted."""

    SAME_NAME = "same name"
    """Several identities carry one name: counted apart."""
    NEW_ADDRESS = "new address"
    """An identity of the month before is gone, and another has come under its name: counted as somebody else."""
    SEVERAL_NAMES = "several names"
    """One address stands beside several names: counted as one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What somebody should decide. `identities` are of one organisation, and of several the present one comes first."""

    doubt: Doubt
    organisation: str
    names: tuple[str, ...]
    """As they were spelt."""
    identities: tuple[str, ...]


_Names = dict[str, str]
"""Folded names, as they were spelt first."""


def suspects(before: Collection[BilledObject], now: Collection[BilledObject], decisions: Decisions) -> list[Suspect]:
    """What is in doubt about the users of one customer in a month, beside those of the month before.

    What somebody has decided about is left out.
    """
    former, present = _people(before, decisions), _people(now, decisions)
    found = [
        *_several_names(_people(now, NO_DECISIONS), decisions),
        *_same_name(present, decisions),
        *_new_address(former, present, decisions),
    ]
    return sorted(found, key=lambda one: (one.organisation, one.names, one.doubt))


def _people(objects: Collection[BilledObject], decisions: Decisions) -> dict[Person, _Names]:
    """Everybody with their names."""
    users = [one for one in objects if one.is_user]
    found: dict[Person, _Names] = defaultdict(dict)
    for person, one in zip(identify(users, decisions), users, strict=True):
        found[person].setdefault(one.name_folded, one.name)
    return found


def _several_names(people: dict[Person, _Names], decisions: Decisions) -> Iterator[Suspect]:
    """Of each address for itself: that it was joined with another one says nothing of who else uses it."""
    for person, names in people.items():
        if len(names) > 1 and person not in decisions.one_person and person not in decisions.shared:
            spelt = tuple(sorted(names.values()))
            yield Suspect(
                doubt=Doubt.SEVERAL_NAMES, organisation=person.organisation, names=spelt, identities=(person.identity,)
            )


def _same_name(people: dict[Person, _Names], decisions: Decisions) -> Iterator[Suspect]:
    for (organisation, name), carriers in _carriers(people).items():
        if any(not decisions.keeps_apart(*pair) for pair in combinations(carriers, 2)):
            yield Suspect(
                doubt=Doubt.SAME_NAME,
                organisation=organisation,
                names=(people[carriers[0]][name],),
                identities=tuple(person.identity for person in carriers),
            )


def _new_address(former: dict[Person, _Names], present: dict[Person, _Names], decisions: Decisions) -> Iterator[Suspect]:
    gone = _carriers({person: names for person, names in former.items() if person not in present})
    come = _carriers({person: names for person, names in present.items() if person not in former})
    for place in gone.keys() & come.keys():
        # Of several who left or came under one name nobody can say who is who.
        if len(gone[place]) == len(come[place]) == 1:
            (old,), (new,) = gone[place], come[place]
            if not decisions.keeps_apart(old, new):
                organisation, name = place
                yield Suspect(
                    doubt=Doubt.NEW_ADDRESS,
                    organisation=organisation,
                    names=(present[new][name],),
                    identities=(new.identity, old.identity),
                )


def _carriers(people: dict[Person, _Names]) -> dict[tuple[str, str], list[Person]]:
    """By organisation and name, in the order of their identities."""
    found: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for person in sorted(people):
        for name in people[person]:
            found[person.organisation, name].append(person)
    return found
