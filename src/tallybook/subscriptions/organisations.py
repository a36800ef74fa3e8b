"""The organisations of customers. Call these inside the subscription's scope."""

from uuid import UUID

from django.db.models import Count

from tallybook.subscriptions.models import Organisation, Subscription


def organisations_of(subscription: Subscription, customer_id: UUID) -> list[Organisation]:
    """A customer's, by name."""
    own = Organisation.objects.filter(subscription_id=subscription.id, customer_id=customer_id)
    return list(own.order_by("name_folded"))


def count_organisations(subscription: Subscription) -> dict[UUID, int]:
    """How many each customer has that has some."""
    own = Organisation.objects.filter(subscription_id=subscription.id)
    return dict(own.values_list("customer_id").annotate(Count("id")))
