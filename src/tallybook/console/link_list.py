"""What the page Shared API Links shows: the links that are wanted, sorted, one page of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.console.arranging import Arrangement, Head
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
    ("made", "Made", "newest wide"),
    ("expiry", "Expiry", "wide"),
    ("called", "Last and next call", "newest"),
    ("calls", "Calls in 30 days", "number wide"),
)


@dataclass(frozen=True, kw_only=True)
class LinkList:
    """Read in one transaction."""

    subscription: Subscription
    may_change: bool
    every: list[ListedLink]
    arrangement: Arrangement
    state: str
    pages: Page[ListedLink]
    rows: list[ToldLink]

    @property
    def heads(self) -> list[Head]:
        return [Head(column, label, kind, self.arrangement) for column, label, kind in _HEADS]

    @cached_property
    def filters(self) -> list[Filter]:
        return [Filter(value, label, sum(_has_state(one, value) for one in self.every)) for value, label in _FILTERS]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.arrangement.search.strip() or self.state)


def read_link_list(subscription: Subscription, query: QueryDict, *, may_change: bool) -> LinkList:
    """Call inside the subscription's scope."""
    arrangement = Arrangement(query.get("search", ""), query.get("sort", "-made"), query.get("page", "1"))
    state, searched = query.get("state", ""), fold_name(arrangement.search)
    every = list_links(subscription)
    wanted = [one for one in every if _has_state(one, state) and searched in fold_name(one.link.saved.name)]
    if key := _SORTS.get(arrangement.column):
        wanted.sort(key=key, reverse=arrangement.descending)
    pages = Paginator(wanted, LINKS_A_PAGE).get_page(arrangement.page)
    return LinkList(
        subscription=subscription,
        may_change=may_change,
        every=every,
        arrangement=arrangement,
        state=state,
        pages=pages,
        rows=[told_link(one, subscription) for one in pages],
    )


def _has_state(one: ListedLink, state: str) -> bool:
    if not state:
        return True
    return one.is_never_used if state == NEVER_USED else str(one.state) == state
