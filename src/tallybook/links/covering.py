"""Which links cover a customer. Call these inside the subscription's scope."""

from typing import NamedTuple
from uuid import UUID

from tallybook.database.queries import rows
from tallybook.links.listing import ListedLink, State, list_links
from tallybook.subscriptions.models import Subscription

# One that was revoked gives nobody anything any more.
_COUNTS = """
    SELECT named.customer_id, count(*) FROM report_link l
    JOIN link_gate g ON g.link_id = l.id AND g.revoked_at IS NULL
    LEFT JOIN LATERAL unnest(l.customer_ids) named(customer_id) ON true
    WHERE l.subscription_id = %(subscription)s AND (l.customer_ids IS NULL OR named.customer_id IS NOT NULL)
    GROUP BY named.customer_id
"""


class Covering(NamedTuple):
    """How many links that are not revoked cover every customer, and how many name one."""

    every: int
    named: dict[UUID, int]

    def count(self, customer_id: UUID) -> int:
        return self.every + self.named.get(customer_id, 0)


def count_covering(subscription: Subscription) -> Covering:
    named: dict[UUID | None, int] = dict(rows(_COUNTS, {"subscription": subscription.id}))
    return Covering(named.pop(None, 0), {one: count for one, count in named.items() if one is not None})


def links_of_customer(subscription: Subscription, customer_id: UUID) -> list[ListedLink]:
    """The links that cover the customer and are not revoked, the newest first."""
    links = (one for one in list_links(subscription, counted=False) if one.state is not State.REVOKED)
    return [one for one in links if covers(one, customer_id)]


def covers(one: ListedLink, customer_id: UUID) -> bool:
    chosen = one.link.saved.customer_ids
    return chosen is None or customer_id in chosen
