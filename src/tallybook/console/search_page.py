"""What a search finds: customers, objects and links, some of each."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from tallybook.console.objects_page import checked_search
from tallybook.console.wording import ago
from tallybook.links.finding import matching_links
from tallybook.links.listing import ListedLink
from tallybook.subscriptions.finding import matching_customers
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.subscriptions.revisions import last_changed_at
from tallybook.usage.finding import FoundObjects, find_objects
from tallybook.usage.summary import months_with_usage

SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    """Read in one transaction."""

    subscription: Subscription
    text: str
    customers: list[tuple[Customer, list[str]]]
    links: list[ListedLink]
    objects: FoundObjects
    newest: date | None
    changed_at: datetime | None

    @property
    def is_empty(self) -> bool:
        return not (self.customers or self.links or self.objects.objects)

    @property
    def shown_customers(self) -> list[tuple[Customer, list[str]]]:
        return self.customers[:SHOWN]

    @property
    def more_customers(self) -> int:
        return max(len(self.customers) - SHOWN, 0)

    @property
    def shown_links(self) -> list[ListedLink]:
        return self.links[:SHOWN]

    @property
    def more_links(self) -> int:
        return max(len(self.links) - SHOWN, 0)

    @property
    def changed_ago(self) -> str:
        return ago(self.changed_at, timezone.now()) if self.changed_at else ""


def read_search_page(subscription: Subscription, text: str) -> SearchPage:
    """Call inside the subscription's scope.

    Raises:
        Refused: what is searched for is too long.
    """
    is_asked = bool(checked_search(text).strip())
    months = months_with_usage(subscription.id)
    return SearchPage(
        subscription=subscription,
        text=text,
        customers=matching_customers(subscription, text) if is_asked else [],
        links=matching_links(subscription, text) if is_asked else [],
        objects=find_objects(subscription.id, text, months, most=SHOWN),
        newest=months[-1] if months else None,
        changed_at=last_changed_at(subscription.id, months[0], months[-1]) if months else None,
    )
