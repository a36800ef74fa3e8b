"""What the page Imports shows: the imports that are wanted, sorted, one page of them, and files that wait to be imported."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Sum
from django.http import QueryDict
from django.utils import timezone

from tallybook.console.arranging import ROWS_A_PAGE, Arrangement, Head
from tallybook.console.import_wording import reach_words
from tallybook.console.wording import ago, local_time
from tallybook.metering.models import Upload
from tallybook.metering.uploads import open_uploads
from tallybook.subscriptions.models import Subscription
from tallybook.usage.imports import UNDONE, WITH_REFUSED, Reach, imports_of, reach_of
from tallybook.usage.models import Import

FILTERS = (("", "All"), (WITH_REFUSED, "With refused rows"), (UNDONE, "Undone"))
_HEADS = (
    ("number", "Import", "name"),
    ("", "Taken in", ""),
    ("", "Of", "wide"),
    ("rows", "Rows", "number"),
    ("new", "New", "number wide"),
    ("refused", "Refused", "number"),
)


class ListedImport(NamedTuple):
    """An import with what its rows speak of."""

    made: Import
    reach: Reach | None
    subscription: Subscription

    @property
    def received(self) -> str:
        return local_time(self.made.received_at, self.subscription.zone)

    @property
    def months(self) -> str:
        return reach_words(self.reach)


@dataclass(frozen=True, kw_only=True)
class ImportList:
    """Read in one transaction."""

    subscription: Subscription
    may_import: bool
    last_at: datetime | None
    arrangement: Arrangement
    state: str
    pages: Page[Import]
    rows: list[ListedImport]
    totals: dict[str, int]
    waiting: list[Upload]

    @property
    def heads(self) -> list[Head]:
        return [Head(column, label, kind, self.arrangement) for column, label, kind in _HEADS]

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        return FILTERS

    @property
    def is_narrowed(self) -> bool:
        return bool(self.arrangement.search or self.state)

    @property
    def last_ago(self) -> str:
        return ago(self.last_at, timezone.now()) if self.last_at else ""


def read_import_list(subscription: Subscription, query: QueryDict, *, may_import: bool) -> ImportList:
    """Call inside the subscription's scope."""
    arrangement = Arrangement(query.get("search", "").strip(), query.get("sort", "-number"), query.get("page", "1"))
    state = query.get("state", "")
    wanted = imports_of(subscription, search=arrangement.search, state=state, sort=arrangement.sort)
    pages = Paginator(wanted, ROWS_A_PAGE).get_page(arrangement.page)
    reach = reach_of(subscription, [one.number for one in pages])
    last = imports_of(subscription).first()
    sums = wanted.order_by().aggregate(rows=Sum("row_count"), new=Sum("new_count"), refused=Sum("refused_count"))
    return ImportList(
        subscription=subscription,
        may_import=may_import,
        last_at=last.received_at if last else None,
        arrangement=arrangement,
        state=state,
        pages=pages,
        rows=[ListedImport(one, reach.get(one.number), subscription) for one in pages],
        totals={name: number or 0 for name, number in sums.items()},
        waiting=open_uploads(subscription) if may_import else [],
    )
