"""What somebody should look at: links that failed or were never called, and imports of which rows were refused."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from tallybook.console.import_list import ListedImport
from tallybook.console.link_row import ToldCall
from tallybook.console.link_wording import is_refusal
from tallybook.links.listing import ListedLink, State, list_links
from tallybook.subscriptions.models import Subscription
from tallybook.usage.imports import imports_with_refused_rows

LINKS_LISTED = 10
IMPORTS_LISTED = 5


class LinkToMend(NamedTuple):
    """A link with its last call, which failed; without, it was never called."""

    id: UUID
    name: str
    state: State
    last_call: ToldCall | None


@dataclass(frozen=True, kw_only=True)
class Attention:
    """The first of each, and how many more there are."""

    has_links: bool
    links: list[LinkToMend]
    other_links: int
    imports: list[ListedImport]
    other_imports: int


def read_attention(subscription: Subscription) -> Attention:
    """Call inside the subscription's scope."""
    every = list_links(subscription, counted=False)
    # Those that failed first: somebody waits for their data.
    mend = [one for one in every if _has_failed(one)] + [one for one in every if _waits_for_a_call(one)]
    imports, found = imports_with_refused_rows(subscription, IMPORTS_LISTED)
    return Attention(
        has_links=bool(every),
        links=[_link(one, subscription) for one in mend[:LINKS_LISTED]],
        other_links=len(mend[LINKS_LISTED:]),
        imports=[ListedImport(one, None, subscription) for one in imports],
        other_imports=found - len(imports),
    )


def _has_failed(one: ListedLink) -> bool:
    """At its last call. A link that was revoked is meant to fail."""
    return one.state is not State.REVOKED and one.last_call is not None and is_refusal(one.last_call)


def _waits_for_a_call(one: ListedLink) -> bool:
    """One that nobody can call any more waits for nothing."""
    return one.is_never_used and one.state in (State.ACTIVE, State.PAUSED)


def _link(one: ListedLink, subscription: Subscription) -> LinkToMend:
    call = ToldCall(one.last_call, subscription) if one.last_call else None
    return LinkToMend(one.id, one.link.saved.name, one.state, call)
