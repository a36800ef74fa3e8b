"""One writer of a subscription at a time."""

from collections.abc import Callable
from uuid import UUID

from tallybook.database.queries import rows

_KEY = "hashtextextended('subscription ' || %(id)s, 0)"


def lock_subscription(subscription_id: UUID, on_wait: Callable[[], None] | None = None) -> None:
    """Wait until nobody else writes the subscription's ledger or its customers' names, and keep others out.

    Held to the end of the transaction. Readers are not concerned.

    Args:
        subscription_id: whose ledger and names.
        on_wait: called once before waiting, if somebody else has the lock: that may take as long as an import.
    """
    parameters = {"id": str(subscription_id)}
    if on_wait:
        ((is_ours,),) = rows(f"SELECT pg_try_advisory_xact_lock({_KEY})", parameters)
        if is_ours:
            return
        on_wait()
    rows(f"SELECT pg_advisory_xact_lock({_KEY})", parameters)
