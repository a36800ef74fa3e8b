"""Where two rules make different numbers of the same objects, and of whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tallybook.billing.rules import Judged


@dataclass(slots=True)
class Lot:
    """Names and people, by the one rule and by the other, that have objects in common."""

    first: list[Judged] = field(default_factory=list)
    second: list[Judged] = field(default_factory=list)

    @property
    def names(self) -> str:
        return " / ".join(sorted({one.name for one in (*self.first, *self.second)}))

    @property
    def delta(self) -> int:
        """How many more the second rule bills."""
        return sum(one.is_billed for one in self.second) - sum(one.is_billed for one in self.first)


def lots(first: Iterable[Judged], second: Iterable[Judged]) -> Iterator[Lot]:
    """All of them, by what came first in them. Both sides judge the same objects."""
    sides = [(False, one) for one in first] + [(True, one) for one in second]
    # Each of them points to another one of its lot, or to itself.
    leads = list(range(len(sides)))

    def root(place: int) -> int:
        while leads[place] != place:
            leads[place] = leads[leads[place]]
            place = leads[place]
        return place

    has_object: dict[int, int] = {}
    for place, (_, judged) in enumerate(sides):
        for item in judged.objects:
            one, other = sorted((root(place), root(has_object.setdefault(id(item), place))))
            leads[other] = one
    found: dict[int, Lot] = {}
    for place, (is_second, judged) in enumerate(sides):
        lot = found.setdefault(root(place), Lot())
        (lot.second if is_second else lot.first).append(judged)
    yield from found.values()
