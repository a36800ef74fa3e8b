"""What the page Shared API Links shows: the links that are wanted, sorted, one page of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.console.link_row import ToldLink, told_link
from tallybook.database.folding import fold_name
from tallybook.links.listing import ListedLink, State, list_links
from tallybook.subscriptions.models import Subscription

LINKS_A_PAGE = 50
NEVER_USED = "never-used"
_FILTERS = (("", "All"), *((str(state), str(state).capitalize()) for state in State), (NEVER_USED, "Never used"))
_LONG_AGO, _NEVER = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class Filter(NamedTuple):
    """A state to choose, and how many links have it."""

    value: str
    label: str
    links: int


@dataclass(frozen=True)
class LinkHead:
    """The head of a column; one without a name cannot be sorted by."""

    column: str
    label: str
    sort: str
    kind: str = ""

    @property
    def order(self) -> str:
        if not self.column or self.sort.removeprefix("-") != self.column:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"

    @property
    def next_sort(self) -> str:
        first, second = (
            (self.column, f"-{self.column}") if self.column in ("name", "expiry") else (f"-{self.column}", self.column)
        )
        return second if self.sort == first else first


_SORTS: dict[str, Callable[[ListedLink], Any]] = {
    "name": lambda one: fold_name(one.link.saved.name),
    "made": lambda one: one.link.saved.made_at,
    "expiry": lambda one: one.link.gate.expires_at or _NEVER,
    "called": lambda one: one.last_call.called_at if one.last_call else _LONG_AGO,
    "calls": lambda one: one.calls,
}
_HEADS = (
    ("name", "Name", ""),
    ("", "Scope and period", ""),
    ("", "Who may call", "wide"),
    ("made", "Made", "wide"),
    ("expiry", "Expiry", "wide"),
    ("called", "Last and next call", ""),
    ("calls", "Calls in 30 days", "number wide"),
)


@dataclass(frozen=True, kw_only=True)
class LinkList:
    """Read in one transaction."""

    subscription: Subscription
    may_change: bool
    every: list[ListedLink]
    search: str
    state: str
    sort: str
    pages: Page[ListedLink]
    rows: list[ToldLink]

    @property
    def heads(self) -> list[LinkHead]:
        return [LinkHead(column, label, self.sort, kind) for column, label, kind in _HEADS]

    @cached_property
    def filters(self) -> list[Filter]:
        return [Filter(value, label, sum(_has_state(one, value) for one in self.every)) for value, label in _FILTERS]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search.strip() or self.state)


def read_link_list(subscription: Subscription, query: QueryDict, *, may_change: bool) -> LinkList:
    """Call inside the subscription's scope."""
    search, state, sort = query.get("search", ""), query.get("state", ""), query.get("sort", "-made")
    every = list_links(subscription)
    wanted = [one for one in every if _has_state(one, state) and fold_name(search) in fold_name(one.link.saved.name)]
    if key := _SORTS.get(sort.removeprefix("-")):
        wanted.sort(key=key, reverse=sort.startswith("-"))
    pages = Paginator(wanted, LINKS_A_PAGE).get_page(query.get("page", "1"))
    return LinkList(
        subscription=subscription,
        may_change=may_change,
        every=every,
        search=search,
        state=state,
        sort=sort,
        pages=pages,
        rows=[told_link(one, subscription) for one in pages],
    )


def _has_state(one: ListedLink, state: str) -> bool:
    if not state:
        return True
    return one.is_never_used if state == NEVER_USED else str(one.state) == state
