"""What somebody has decided about the people of one customer, as it holds in one month.

Names and addresses alone cannot tell whether two John Smiths are one person, or whether one address serves several. Whoever
knows says so once: some identities are one person, or an address is shared by all the names that it stands beside. And
somebody may be left off the bill: they are counted and shown, and not billed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Person(NamedTuple):
    """One person of an organisation. `identity` is an e-mail address, or a name where there is none; folded."""

    organisation: str
    identity: str


def name_at(name_folded: str, address: str) -> str:
    """The identity of one of those who share an address."""
    return f"{name_folded} <{address}>"


class Excluded(NamedTuple):
    """Why somebody is not billed, and who answers for it."""

    number: int
    reason: str
    owner: str

    @property
    def sentence(self) -> str:
        return f"Excluded from the bill: {self.reason} ({self.owner})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """By person, as names and addresses alone tell people. What nobody has decided about is not there."""

    same_as: Mapping[Person, Person] = field(default_factory=dict)
    """Whose other identity it is."""
    shared: frozenset[Person] = frozenset()
    """Addresses that several people share: each name beside one is a person."""
    one_person: frozenset[Person] = frozenset()
    """Addresses of one person in several spellings, as somebody has confirmed."""
    kept_apart: frozenset[frozenset[Person]] = frozenset()
    """Sets of which somebody has confirmed that they are as many people."""
    excluded: Mapping[Person, Excluded] = field(default_factory=dict)

    def person(self, known: Person, name_folded: str) -> Person:
        """Who it is, of whom by name and address alone this would be known."""
        if known in self.shared and known.identity != name_folded:
            known = Person(known.organisation, name_at(name_folded, known.identity))
        return self.same_as.get(known, known)

    def keeps_apart(self, one: Person, other: Person) -> bool:
        """Whether somebody has confirmed that they are two people."""
        return any(one in people and other in people for people in self.kept_apart)


NO_DECISIONS = Decisions()
