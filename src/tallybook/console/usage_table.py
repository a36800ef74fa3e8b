"""The table of Usage Details: a month's counts as customers by products, sorted, filtered, one page of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.core.paginator import Page, Paginator

from tallybook.console.arranging import ROWS_A_PAGE, Arrangement, Head
from tallybook.console.wording import Unit, sum_of, unit_of
from tallybook.database.folding import fold_name
from tallybook.usage.summary import UsageCount


class ObjectCount(NamedTuple):
    """How many objects there are, and how many there were the month before."""

    now: int
    former: int

    @property
    def change(self) -> int:
        return self.now - self.former


class Product(NamedTuple):
    """A product of which somebody has objects."""

    id: int
    name: str


_NONE = ObjectCount(0, 0)


@dataclass(frozen=True)
class Line:
    """A customer's counts, or the totals of several customers, which have no id."""

    customer_id: UUID | None
    name: str
    name_folded: str
    counts: list[UsageCount] = field(repr=False)

    @cached_property
    def by_product(self) -> dict[int, ObjectCount]:
        found: dict[int, ObjectCount] = {}
        for count in self.counts:
            former = found.get(count.product_id, _NONE)
            found[count.product_id] = ObjectCount(former.now + count.object_count, former.former + count.former_count)
        return found

    @cached_property
    def objects(self) -> ObjectCount:
        counts = self.by_product.values()
        return ObjectCount(sum(count.now for count in counts), sum(count.former for count in counts))

    @cached_property
    def protected_bytes(self) -> int | None:
        return sum_of(count.protected_bytes for count in self.counts)

    @cached_property
    def stored_bytes(self) -> int | None:
        return sum_of(count.stored_bytes for count in self.counts)

    def cells(self, products: list[Product]) -> list[ObjectCount]:
        return [self.by_product.get(product.id, _NONE) for product in products]


class Row(NamedTuple):
    """A line of the table with its cells in the order of the columns."""

    line: Line
    cells: list[ObjectCount]


class UsageTable:
    """What of the counts is shown. Totals are of all customers that match the search, on whatever page they are."""

    def __init__(self, counts: list[UsageCount], arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self.products = [Product(*pair) for pair in sorted({(count.product_id, count.product_name) for count in counts})]
        self._lines = _sorted(_matching(by_customer(counts), arrangement.search), arrangement)

    @property
    def heads(self) -> list[Head]:
        """Of all columns, in their order."""
        products = [(f"product-{product.id}", product.name) for product in self.products]
        return [
            Head("name", "Customer", "name", self.arrangement),
            *(
                Head(column, label, "number changing", self.arrangement)
                for column, label in (*products, ("objects", "All objects"))
            ),
            Head("protected", "Protected", "number size", self.arrangement, self.protected_unit),
            Head("stored", "Stored", "number size", self.arrangement, self.stored_unit),
        ]

    @property
    def customer_ids(self) -> list[UUID]:
        """Of all customers that match the search, on whatever page they are."""
        return _ids_of(self._lines)

    @property
    def shown_customer_ids(self) -> list[UUID]:
        """Of those on this page."""
        return _ids_of(self.page)

    @cached_property
    def page(self) -> Page[Line]:
        return Paginator(self._lines, ROWS_A_PAGE).get_page(self.arrangement.page)

    @cached_property
    def rows(self) -> list[Row]:
        return [Row(line, line.cells(self.products)) for line in self.page]

    @cached_property
    def totals(self) -> Row:
        line = Line(None, "", "", [count for line in self._lines for count in line.counts])
        return Row(line, line.cells(self.products))

    @cached_property
    def protected_unit(self) -> Unit | None:
        return unit_of(line.protected_bytes for line in self._lines)

    @cached_property
    def stored_unit(self) -> Unit | None:
        return unit_of(line.stored_bytes for line in self._lines)

    @cached_property
    def has_changes(self) -> bool:
        """Whether any figure needs room for a change beside it."""
        return any(cell.change for row in (*self.rows, self.totals) for cell in (*row.cells, row.line.objects))


def _ids_of(lines: Iterable[Line]) -> list[UUID]:
    return [line.customer_id for line in lines if line.customer_id is not None]


def by_customer(counts: list[UsageCount]) -> list[Line]:
    """The counts, which come by customer, together."""
    grouped = groupby(counts, key=attrgetter("customer_id", "customer_name", "customer_name_folded"))
    return [Line(*whose, list(group)) for whose, group in grouped]


def _matching(lines: list[Line], search: str) -> list[Line]:
    wanted = fold_name(search)
    return [line for line in lines if wanted in line.name_folded]


def _sorted(lines: list[Line], arrangement: Arrangement) -> list[Line]:
    """A column that there is not leaves the order by name, which also orders what is equal."""
    key = _sort_key(arrangement.column)
    return sorted(lines, key=key, reverse=arrangement.descending) if key else lines


def _sort_key(column: str) -> Callable[[Line], int | str] | None:
    product = column.removeprefix("product-")
    if product != column and product.isdecimal():
        return lambda line: line.by_product.get(int(product), _NONE).now
    keys: dict[str, Callable[[Line], int | str]] = {
        "name": lambda line: line.name_folded,
        "objects": lambda line: line.objects.now,
        # What is not known comes below nothing.
        "protected": lambda line: -1 if line.protected_bytes is None else line.protected_bytes,
        "stored": lambda line: -1 if line.stored_bytes is None else line.stored_bytes,
    }
    return keys.get(column)
