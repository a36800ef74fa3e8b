"""Who is behind the objects of one customer in one month (DESIGN: Identity)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tallybook.database.folding import fold

# As addresses stand in texts and URLs: what surrounds one is no part of it, an apostrophe within is (o'brien@).
_APART = r"\s@<>()\[\]{},;:\"|/\\"
_EMAIL = re.compile(rf"[^{_APART}'][^{_APART}]*@[^{_APART}']*[^{_APART}'.]")


class Person(NamedTuple):
    """One person of an organisation. `identity` is an e-mail address, or a name where there is none; folded."""

    organisation: str
    identity: str


class Seen(NamedTuple):
    """An object as far as it says who is behind it, all of it folded; `email` is empty where its details hold none."""

    organisation: str
    name: str
    email: str


def email_in(details: str | None) -> str:
    """The one e-mail address in an object's details, folded; empty where there is none, or more than one."""
    if not details or "@" not in details:
        return ""
    found = set(_EMAIL.findall(fold(details)))
    return found.pop() if len(found) == 1 else ""


def identify(objects: Iterable[Seen]) -> Iterator[tuple[str, Person]]:
    """The name of each object with the person behind it.

    That is the e-mail address; without one, the single address that carries the name in its organisation; else the name.
    """
    known = list(objects)
    addresses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in known:
        if one.email:
            addresses[one.organisation, one.name].add(one.email)
    for organisation, name, email in known:
        carriers = addresses.get((organisation, name), ())
        yield name, Person(organisation, email or (next(iter(carriers)) if len(carriers) == 1 else name))
