"""The kinds of report: what its columns are, and the one query behind every format."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tallybook.reports.choice import Choice
from tallybook.web.csv_files import FORMULA_BEGINNINGS

SCHEMA = 1


class Column(NamedTuple):
    """A column of a report: its name in CSV and XLSX, its name in JSON, its SQL, and whether it is text or a number."""

    title: str
    json_name: str
    sql: str
    is_text: bool = True


def _nothing(_choice: Choice) -> None:
    """What is made from the ledger itself needs no preparation."""


def _always(_choice: Choice) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of report. In `source`, `c` is the customer; `order` is total, so that the same data is the same file."""

    name: str
    title: str = field(repr=False)
    columns: tuple[Column, ...] = field(repr=False)
    source: str = field(repr=False)
    order: str = field(repr=False)
    prepare: Callable[[Choice], None] = field(default=_nothing, repr=False)
    """Called before the snapshot in which it is built, outside of any transaction."""
    is_ready: Callable[[Choice], bool] = field(default=_always, repr=False)
    """Asked in the snapshot: whether nothing has changed since it was prepared."""
    version: Callable[[], str] = field(default=str, repr=False)
    """Another one when the same ledger would give another report, as after an update of the rules."""

    @property
    def file_stem(self) -> str:
        return self.title.lower().replace(" ", "-")

    def rows_query(self, *, neutralise: bool = False) -> str:
        """The rows in the order of the report.

        Args:
            neutralise: put an apostrophe before text that a spreadsheet would take for a formula, and before text that begins
                with an apostrophe, so that taking one away gives the text back.
        """
        risky = f"'^[{FORMULA_BEGINNINGS.replace(chr(39), chr(39) * 2)}]'"
        cells = (
            f"CASE WHEN {column.sql} ~ {risky} THEN '''' || {column.sql} ELSE {column.sql} END"
            if neutralise and column.is_text
            else column.sql
            for column in self.columns
        )
        named = ", ".join(f'{cell} AS "{column.json_name}"' for cell, column in zip(cells, self.columns, strict=True))
        return f"SELECT {named} {self.source} {self.order}"

    @property
    def count_query(self) -> str:
        return f"SELECT count(*) {self.source}"

    @property
    def customers_query(self) -> str:
        return f'SELECT c.id, c.name {self.source} GROUP BY c.id, c.name ORDER BY c.name COLLATE "C", c.id'


def parameters(choice: Choice) -> dict[str, Any]:
    """The values behind the placeholders of the queries."""
    return {
        "subscription": choice.subscription.id,
        "first_month": choice.first_month,
        "last_month": choice.last_month,
        "customers": list(choice.customer_ids) if choice.customer_ids is not None else None,
        "products": list(choice.product_ids) if choice.product_ids is not None else None,
    }


def chosen_rows(alias: str) -> str:
    """The condition of a choice, on a table with month, customer and product."""
    return f"""
        {alias}.subscription_id = %(subscription)s AND {alias}.month BETWEEN %(first_month)s AND %(last_month)s
        AND (%(customers)s::uuid[] IS NULL OR {alias}.customer_id = ANY(%(customers)s::uuid[]))
        AND (%(products)s::smallint[] IS NULL OR {alias}.product_id = ANY(%(products)s::smallint[]))
    """
