"""What changed since the month before, by name: who joined and left, and who grown and shrunk most.

Who joined or left is told there, and not once more among those who grew or shrunk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from tallybook.billing.counting import UserQuantity
from tallybook.console.usage_table import by_customer
from tallybook.usage.summary import UsageCount

LISTED = 5


class Moved(NamedTuple):
    """A customer, and by how many objects or billed users it grew; below 0, shrunk."""

    customer_id: UUID
    name: str
    change: int


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Those who moved most; `others` are how many more there are."""

    title: str
    first: list[Moved]
    others: int


@dataclass(frozen=True, kw_only=True)
class Changes:
    """By number of objects, and `users`, by number of billed users."""

    joined: Ranking
    left: Ranking
    objects: tuple[Ranking, Ranking]
    users: tuple[Ranking, Ranking]


def changes(counts: list[UsageCount], lines: list[UserQuantity]) -> Changes:
    """`counts` and `lines` come by customer."""
    joined: list[Moved] = []
    left: list[Moved] = []
    stayed: list[Moved] = []
    for line in by_customer(counts):
        if line.customer_id is not None:
            now, former = line.objects
            (joined if not former else left if not now else stayed).append(Moved(line.customer_id, line.name, now - former))
    staying = {one.customer_id for one in stayed}
    users = [
        Moved(customer_id, name, sum(line.change for line in own))
        for (customer_id, name), own in groupby(lines, key=attrgetter("customer_id", "customer"))
        if customer_id in staying
    ]
    return Changes(
        joined=_ranking("Joined", joined),
        left=_ranking("Left", left),
        objects=_grown_and_shrunk(stayed),
        users=_grown_and_shrunk(users),
    )


def _grown_and_shrunk(moved: list[Moved]) -> tuple[Ranking, Ranking]:
    grown, shrunk = [one for one in moved if one.change > 0], [one for one in moved if one.change < 0]
    return _ranking("Grown most", grown), _ranking("Shrunk most", shrunk)


def _ranking(title: str, moved: Iterable[Moved]) -> Ranking:
    """Those of one change stay in the order of their names."""
    most = sorted(moved, key=lambda one: -abs(one.change))
    return Ranking(title=title, first=most[:LISTED], others=len(most[LISTED:]))
