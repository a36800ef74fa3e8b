"""The table of the overview: a month's figures by product and in total, each beside that of the month before."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from tallybook.billing.counting import UserQuantity
from tallybook.console.charts import Spark
from tallybook.console.wording import Unit, sum_of, unit_of
from tallybook.usage.summary import UsageCount


class Figure(NamedTuple):
    """A number now and in the month before; None where none is known."""

    now: int | None
    former: int | None

    @property
    def change(self) -> int | None:
        return None if self.now is None or self.former is None else self.now - self.former


@dataclass(frozen=True, kw_only=True)
class ProductRow:
    """A product's figures, or those of all products."""

    name: str
    counts: list[UsageCount]
    users: list[UserQuantity]
    spark: Spark

    @property
    def customers(self) -> Figure:
        """Each once, however many products they have."""
        now = {count.customer_id for count in self.counts if count.object_count}
        return Figure(len(now), len({count.customer_id for count in self.counts if count.former_count}))

    @property
    def objects(self) -> Figure:
        return Figure(sum(count.object_count for count in self.counts), sum(count.former_count for count in self.counts))

    @property
    def billed(self) -> Figure:
        """Nothing is known where the product is not counted by users, and no change where it was not in one of the months."""
        is_comparable = all(line.is_comparable for line in self.users)
        return Figure(
            sum_of(line.users for line in self.users),
            sum_of(line.former for line in self.users) if is_comparable else None,
        )

    @cached_property
    def protected(self) -> Figure:
        now = sum_of(count.protected_bytes for count in self.counts)
        return Figure(now, sum_of(count.former_protected_bytes for count in self.counts))

    @cached_property
    def stored(self) -> Figure:
        now = sum_of(count.stored_bytes for count in self.counts)
        return Figure(now, sum_of(count.former_stored_bytes for count in self.counts))


@dataclass(frozen=True, kw_only=True)
class ProductTable:
    """A row for each product of the month or of the one before."""

    rows: list[ProductRow]
    total: ProductRow

    @cached_property
    def protected_unit(self) -> Unit | None:
        return unit_of(self.total.protected)

    @cached_property
    def stored_unit(self) -> Unit | None:
        return unit_of(self.total.stored)


def product_table(counts: list[UsageCount], users: list[UserQuantity], sparks: Mapping[int | None, Spark]) -> ProductTable:
    """`sparks` has the objects month by month of each product, and of all as None."""
    products = sorted({(count.product_id, count.product_name) for count in counts})
    rows = [
        ProductRow(
            name=name,
            counts=[count for count in counts if count.product_id == product_id],
            users=[line for line in users if line.product == name],
            spark=sparks[product_id],
        )
        for product_id, name in products
    ]
    return ProductTable(rows=rows, total=ProductRow(name="", counts=counts, users=users, spark=sparks[None]))
