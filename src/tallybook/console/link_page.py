"""What a report link's own page shows."""

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from tallybook.console.link_row import ToldCall, ToldLink, told_link
from tallybook.errors import NotFound
from tallybook.links.keys import Key
from tallybook.links.listing import count_calls, list_calls, list_links
from tallybook.links.renames import Fate, fate_of_choice
from tallybook.links.snippets import KEY_PLACEHOLDER, Snippet, snippets
from tallybook.subscriptions.access import CHANGES_LINKS
from tallybook.subscriptions.models import Membership

CALLS_A_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class LinkPage:
    """Read in one transaction."""

    membership: Membership
    link: ToldLink
    fate: Fate
    pages: Page[int]
    calls: list[ToldCall]

    @property
    def may_change(self) -> bool:
        return self.membership.role in CHANGES_LINKS

    @property
    def revision(self) -> int:
        return self.link.listed.link.gate.revision

    @property
    def snippets(self) -> list[Snippet]:
        return snippets(self.link.url, self.link.listed.link.saved.format)

    @property
    def placeholder(self) -> str:
        return KEY_PLACEHOLDER


@dataclass(frozen=True, kw_only=True)
class KeyStep:
    """The one page that shows a key. Its repr does not."""

    link: ToldLink
    key: Key
    is_new: bool

    @property
    def snippets(self) -> list[Snippet]:
        return snippets(self.link.url, self.link.listed.link.saved.format, self.key.text)


def read_link(membership: Membership, link_id: UUID) -> ToldLink:
    """Call inside the subscription's scope.

    Raises:
        NotFound: there is no such link in this subscription.
    """
    found = list_links(membership.subscription, link_id)
    if not found:
        raise NotFound("There is no such report link.")
    return told_link(found[0], membership.subscription)


def read_link_page(membership: Membership, link_id: UUID, query: QueryDict) -> LinkPage:
    """Call inside the subscription's scope; raises like `read_link`."""
    link = read_link(membership, link_id)
    subscription = membership.subscription
    pages = Paginator(range(count_calls(subscription, link.listed.id)), CALLS_A_PAGE).get_page(query.get("page", "1"))
    skipped = max(pages.start_index() - 1, 0)
    calls = list_calls(subscription, link.listed.id, CALLS_A_PAGE, skipped)
    return LinkPage(
        membership=membership,
        link=link,
        fate=fate_of_choice(link.listed.link.saved),
        pages=pages,
        calls=[ToldCall(call, subscription) for call in calls],
    )
