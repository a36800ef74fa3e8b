"""One writer of a subscription at a time."""

from uuid import UUID

from tallybook.database.queries import rows


def lock_subscription(subscription_id: UUID) -> None:
    """Wait until nobody else writes the subscription's ledger or its customers' names, and keep others out.

    Held to the end of the transaction. Readers are not concerned.
    """
    rows("SELECT pg_advisory_xact_lock(hashtextextended('subscription ' || %(id)s, 0))", {"id": str(subscription_id)})
