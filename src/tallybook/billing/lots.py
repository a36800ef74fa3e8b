"""Where two rules make different numbers of the same objects, and of whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tallybook.billing.rules import Judged


@dataclass(slots=True)
class Lot:
    """Names and people, by the one rule and by the other, that have objects in common."""

    first: list[Judged]
    second: list[Judged]

    @property
    def names(self) -> str:
        return " / ".join(sorted({one.name for one in (*self.first, *self.second)}))

    @property
    def delta(self) -> int:
        """How many more the second rule bills."""
        return sum(one.is_billed for one in self.second) - sum(one.is_billed for one in self.first)


def lots(first: Iterable[Judged], second: Iterable[Judged]) -> Iterator[Lot]:
    """All of them, in the order of the first objects. Both sides judge the same objects."""
    of_object: dict[int, Lot] = {}
    for is_second, judged in ((False, first), (True, second)):
        for one in judged:
            lot = Lot([], [one]) if is_second else Lot([one], [])
            for other in {id(found): found for item in one.objects if (found := of_object.get(id(item)))}.values():
                lot = Lot([*other.first, *lot.first], [*other.second, *lot.second])
            of_object |= {id(item): lot for each in (*lot.first, *lot.second) for item in each.objects}
    yield from {id(lot): lot for lot in of_object.values()}.values()
