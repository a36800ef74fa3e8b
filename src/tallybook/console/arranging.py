"""How the address of a page wants its table: searched, sorted, and which page of it."""

from dataclasses import dataclass
from typing import NamedTuple, Self

from django.http import QueryDict

from tallybook.console.wording import Unit

ROWS_A_PAGE = 50
_LARGEST_FIRST = {"number", "newest"}


class Arrangement(NamedTuple):
    """How the address wants the table: names that contain this, sorted by that column, this page of it."""

    search: str = ""
    sort: str = "name"
    page: str = "1"

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """As an address says it."""
        return cls(query.get("search", ""), query.get("sort", "name"), query.get("page", "1"))

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")


@dataclass(frozen=True)
class Head:
    """The head of a column; one without a name cannot be sorted by.

    A first click sorts numbers with the largest on top, days with the newest, and texts by the alphabet; a second one turns
    round.
    """

    column: str
    label: str
    kind: str
    arrangement: Arrangement
    unit: Unit | None = None

    @property
    def order(self) -> str:
        if not self.column or self.arrangement.column != self.column:
            return ""
        return "descending" if self.arrangement.descending else "ascending"

    @property
    def next_sort(self) -> str:
        first, second = self.column, f"-{self.column}"
        if _LARGEST_FIRST.intersection(self.kind.split()):
            first, second = second, first
        return second if self.arrangement.sort == first else first
