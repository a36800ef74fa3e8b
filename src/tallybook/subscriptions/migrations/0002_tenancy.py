"""Row-level security and composite references of the tables of a subscription."""

from django.db import migrations

from tallybook.database.tenancy import CURRENT_PERSON, CURRENT_SUBSCRIPTION, IS_OPERATOR, OWN_ROWS, protect, reference

_OWN_MEMBERSHIPS = f"({OWN_ROWS} OR user_id = {CURRENT_PERSON})"
_KNOWN_SUBSCRIPTIONS = (
    f"(id = {CURRENT_SUBSCRIPTION} OR {IS_OPERATOR} "
    f"OR EXISTS (SELECT FROM membership m WHERE m.subscription_id = subscription.id AND m.user_id = {CURRENT_PERSON}))"
)


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0001_initial")]

    operations = [
        protect("membership", visible=_OWN_MEMBERSHIPS, writable=OWN_ROWS),
        protect("subscription", visible=_KNOWN_SUBSCRIPTIONS, writable=IS_OPERATOR),
        # The ledger points to them without an enforced reference, so they stay.
        protect("customer", deletable=False),
        protect("organisation", deletable=False),
        protect("product", visible="true", deletable=False),
        protect("revision", deletable=False),
        protect("customer_alias"),
        reference("customer_alias", "subscription_id, customer_id", "customer", "subscription_id, id"),
        reference("organisation", "subscription_id, customer_id", "customer", "subscription_id, id"),
    ]
