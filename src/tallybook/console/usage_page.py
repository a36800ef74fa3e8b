"""What the page Usage Details shows of a month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from tallybook.console.arranging import Arrangement
from tallybook.console.charts import Spark
from tallybook.console.history import first_of_history, points, uncounted
from tallybook.console.month_page import MonthPage
from tallybook.console.usage_table import Line, ObjectCount, Row, UsageTable
from tallybook.usage.history import objects_by_customer
from tallybook.usage.months import month_text
from tallybook.usage.summary import count_month

ObjectHistory = Mapping[date, Mapping[UUID | None, int]]


class RowWithHistory(NamedTuple):
    """A row of the table, and its objects month by month."""

    line: Line
    cells: list[ObjectCount]
    spark: Spark


@dataclass(frozen=True, kw_only=True)
class UsagePage:
    """A month's counts by customer and product; `history` has the customers that are shown, and as None the others together."""

    of: MonthPage
    table: UsageTable | None
    history: ObjectHistory

    @property
    def with_changes(self) -> bool:
        return self.of.has_former and self.table is not None and self.table.has_changes

    @property
    def rows(self) -> list[RowWithHistory]:
        return [self._with_history(row, row.line.customer_id) for row in self.table.rows] if self.table else []

    @property
    def totals(self) -> RowWithHistory | None:
        return self._with_history(self.table.totals, None) if self.table else None

    @property
    def export_query(self) -> str:
        """The export dialog opens with what is on the page: its month, if somebody chose it, and the customers that match."""
        month = month_text(self.of.month)
        chosen = {"from": month, "to": month} if self.of.is_named or self._search else {}
        return urlencode(chosen | ({"search": self._search} if self._search else {}))

    @property
    def _search(self) -> str:
        return self.table.arrangement.search.strip() if self.table else ""

    @property
    def uncounted(self) -> int:
        """Months of which nobody's objects are counted yet."""
        return uncounted(self.of, (self.history,))

    def _with_history(self, row: Row, customer_id: UUID | None) -> RowWithHistory:
        """Of one customer, or with None of all of them."""
        found = {
            month: sum(objects.values()) if customer_id is None else objects.get(customer_id, 0)
            for month, objects in self.history.items()
        }
        return RowWithHistory(*row, Spark(points(self.of, found)))


def read_usage_page(of: MonthPage, query: QueryDict) -> UsagePage:
    """Call inside the subscription's scope, when what there is time for has been counted."""
    if not of.has_usage:
        return UsagePage(of=of, table=None, history={})
    table = UsageTable(count_month(of.subscription.id, of.month, of.former_month), Arrangement.of(query))
    return UsagePage(of=of, table=table, history=_history(of, table))


def _history(of: MonthPage, table: UsageTable) -> ObjectHistory:
    """One query, whatever is searched for and however many customers there are."""
    months = (first_of_history(of.month), of.month)
    # Where nobody is searched for, also who left before the two months of the table belongs to the total.
    wanted = table.customer_ids if table.arrangement.search.strip() else None
    return objects_by_customer(of.subscription.id, months, wanted, table.shown_customer_ids)
