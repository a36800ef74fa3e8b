"""A link in values that the audit log and the commands show."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.conf import settings

from tallybook.links.models import LinkGate, ReportLink
from tallybook.links.periods import Period
from tallybook.subscriptions.models import Customer
from tallybook.subscriptions.products import list_products

ANYONE = "anyone"
ALL = "all"
Values = dict[str, "str | list[str] | bool | None"]


def link_url(link_id: UUID) -> str:
    """Where a link is called."""
    return f"{settings.INSTALLATION.public_url}/api/v1/report-links/{link_id}"


def described(link: ReportLink, gate: LinkGate) -> Values:
    """What people decided about a link. Call inside the subscription's scope, in which customers have their names."""
    return {
        "name": link.name,
        "kind": link.kind,
        "format": link.format,
        "period": Period(link.period).words,
        "customers": ALL if link.customer_ids is None else customer_names(link.subscription_id, link.customer_ids),
        "products": ALL if link.product_ids is None else product_names(link.product_ids),
        "addresses": ANYONE if gate.allowed is None else list(gate.allowed),
        "expires_at": gate.expires_at.isoformat() if gate.expires_at else None,
        "repeats_last_file": gate.repeats_last_file,
    }


def customer_names(subscription_id: UUID, ids: Collection[UUID]) -> list[str]:
    """The customers' names of today; one that is no more is told by its id."""
    found = dict(Customer.objects.filter(subscription_id=subscription_id, id__in=ids).values_list("id", "name"))
    return sorted(found.get(one, f"(no longer there: {one})") for one in ids)


def product_names(ids: Iterable[int]) -> list[str]:
    """Likewise for products, in the catalogue's order."""
    found = {product.id: product.name for product in list_products()}
    return [found.get(one, f"(no longer there: {one})") for one in sorted(ids)]
