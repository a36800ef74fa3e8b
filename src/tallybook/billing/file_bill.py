"""What usage files come to: billed users by recipe and by person, and each difference between the two."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tallybook.billing.differences import Cause

_BETWEEN = frozenset({Cause.SEVERAL_CUSTOMERS, Cause.SEVERAL_MONTHS})

Carrier = tuple[str, str]
"""Somebody who carries a name: the customer and the person's identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMonth:
    """The billed users of one customer in one month."""

    customer: str
    month: date
    recipe: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A name, or names that hang together, of which the recipe makes another number than there are people.

    `customer` and `month` are None where it is a difference between several of them. `recipe` then is what the recipe makes
    of the name on the rows of all of them at once, and `people` the sum over customers and months.
    """

    customer: str | None
    month: date | None
    name: str
    cause: Cause
    recipe: int
    carriers: Sequence[Carrier]

    @property
    def people(self) -> int:
        return len(self.carriers)

    @property
    def identities(self) -> tuple[str, ...]:
        """Those of the people; between customers or months, where there may be many, each once and in order.

        Found when it is told, as there may be far more differences than are.
        """
        identities = [identity for _, identity in self.carriers]
        return tuple(sorted(set(identities)) if self.cause in _BETWEEN else identities)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBill:
    """What the rows come to. `recipe` is the recipe as it is written, on all rows at once."""

    rows: int
    recipe: int
    customers: tuple[CustomerMonth, ...]
    """By customer and month; those without users are there too, with 0."""
    differences: tuple[Difference, ...]
    mixed: tuple[tuple[str, date], ...]
    """Customers and months of which there are rows of both generations: who is in both may count twice."""

    @property
    def recipe_by_month(self) -> dict[date, int]:
        """The sum over customers, of each month."""
        return self._summed("recipe")

    @property
    def people_by_month(self) -> dict[date, int]:
        """Likewise."""
        return self._summed("people")

    def _summed(self, what: str) -> dict[date, int]:
        sums: Counter[date] = Counter()
        for one in self.customers:
            sums[one.month] += getattr(one, what)
        return dict(sorted(sums.items()))
