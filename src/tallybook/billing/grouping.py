"""How counting rules put together what counts once: objects of one name, objects of one person, or each object by itself.

Each way stands here twice: for objects one by one, as a bill shows them, and for objects in lists, of which only the number is
wanted.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import count, islice, repeat
from typing import Protocol

from tallybook.billing.decisions import Decisions
from tallybook.billing.people import Listed, Whose, by_name, by_person, identities_listed


class Group(Protocol):
    """How a rule puts together what counts once, each group with its identity."""

    def __call__(self, objects: Sequence[Whose], decisions: Decisions, /) -> Iterable[tuple[str, Sequence[Whose]]]: ...


GroupListed = Callable[[Sequence[Listed]], Iterable[Iterable[Hashable]]]
"""The same of objects in lists, where nothing was decided: for each of them the group to which it belongs."""


def names(objects: Sequence[Whose], _: Decisions, /) -> Iterable[tuple[str, Sequence[Whose]]]:
    return by_name(objects).items()


def people(objects: Sequence[Whose], decisions: Decisions, /) -> Iterable[tuple[str, Sequence[Whose]]]:
    return ((person.identity, ones) for person, ones in by_person(objects, decisions).items())


def each(objects: Sequence[Whose], _: Decisions, /) -> Iterable[tuple[str, Sequence[Whose]]]:
    return ((one.email or one.name_folded, [one]) for one in objects)


def names_listed(lists: Sequence[Listed]) -> Iterable[Iterable[Hashable]]:
    return [one.names for one in lists]


def people_listed(lists: Sequence[Listed]) -> Iterable[Iterable[Hashable]]:
    identities = identities_listed(lists)
    if len({one.organisation for one in lists}) == 1:
        # Texts alone are told apart faster, and hardly any customer has several organisations.
        return identities
    return [zip(repeat(one.organisation), some, strict=False) for one, some in zip(lists, identities, strict=True)]


def each_listed(lists: Sequence[Listed]) -> Iterable[Iterable[Hashable]]:
    numbers = count()
    return [islice(numbers, len(one.names)) for one in lists]
