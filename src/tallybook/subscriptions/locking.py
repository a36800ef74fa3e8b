"""One writer of a subscription at a time."""

from collections.abc import Callable
from uuid import UUID

from django.db import OperationalError, transaction
from psycopg.errors import LockNotAvailable

from tallybook.database.queries import rows
from tallybook.errors import NotNow

LOCK_KEY = "hashtextextended('subscription ' || %(id)s, 0)"
# An import may hold the lock for minutes; whoever waits for it in a browser holds one of the few threads that serve everybody.
PATIENCE = "5s"


def lock_subscription(subscription_id: UUID, on_wait: Callable[[], None] | None = None) -> None:
    """Wait until nobody else writes the subscription's ledger or its customers' names, and keep others out.

    Held to the end of the transaction. Readers are not concerned.

    Args:
        subscription_id: whose ledger and names.
        on_wait: called once before waiting, if somebody else has the lock. With it the wait has no end; without, it lasts for
            seconds.

    Raises:
        NotNow: somebody else has the lock, and keeps it; the transaction can go on.
    """
    parameters = {"id": str(subscription_id), "patience": PATIENCE}
    ((is_ours,),) = rows(f"SELECT pg_try_advisory_xact_lock({LOCK_KEY})", parameters)
    if is_ours:
        return
    if on_wait:
        on_wait()
        rows(f"SELECT pg_advisory_xact_lock({LOCK_KEY})", parameters)
        return
    try:
        with transaction.atomic():
            rows("SELECT set_config('lock_timeout', %(patience)s, true)", parameters)
            rows(f"SELECT pg_advisory_xact_lock({LOCK_KEY})", parameters)
            rows("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise NotNow(
            "Somebody imports into this subscription, or changes it. Nothing of yours was done; try again in a minute."
        ) from None
