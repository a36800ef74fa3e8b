"""What became of the customers and products of a link since it was made. Call inside the subscription's scope."""

from typing import NamedTuple
from uuid import UUID

from tallybook.database.queries import rows
from tallybook.links.models import ReportLink
from tallybook.subscriptions.models import Customer, Product

# The name that the customer had when the link was made is what the first rename after it replaced.
_FORMER_NAMES = """
    SELECT DISTINCT ON (e.subject_id) e.subject_id, coalesce(d.before->>'name', '')
    FROM audit_event e LEFT JOIN audit_detail d ON d.subscription_id = e.subscription_id AND d.number = e.number
    WHERE e.subscription_id = %(subscription)s AND e.action = 'customer.renamed' AND e.subject_id = ANY(%(customers)s)
        AND e.occurred_at > %(since)s
    ORDER BY e.subject_id, e.number
"""


class Renamed(NamedTuple):
    """A customer of today, and what it was called; the former name is empty where it was erased."""

    former: str
    name: str


class Fate(NamedTuple):
    """Of a link's chosen customers and products: those with another name now, and how many are no more."""

    renamed: list[Renamed]
    gone_customers: int
    gone_products: int


def fate_of_choice(link: ReportLink) -> Fate:
    """What has changed; nothing where all customers and products are meant."""
    customer_ids, product_ids = link.customer_ids or [], link.product_ids or []
    customers = Customer.objects.filter(subscription_id=link.subscription_id, id__in=customer_ids)
    names: dict[UUID, str] = dict(customers.values_list("id", "name"))
    known_products = Product.objects.filter(id__in=product_ids).count()
    return Fate(_renamed(link, names), len(customer_ids) - len(names), len(product_ids) - known_products)


def _renamed(link: ReportLink, names: dict[UUID, str]) -> list[Renamed]:
    parameters = {"subscription": link.subscription_id, "customers": [str(one) for one in names], "since": link.made_at}
    former = {UUID(text): name for text, name in rows(_FORMER_NAMES, parameters)} if names else {}
    return sorted(Renamed(name, names[one]) for one, name in former.items() if name != names[one])
