"""Who acts when a command runs, and in which subscription."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

from tallybook.audit.acting import Actor
from tallybook.commands.environment import open_database
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.subscriptions import find_subscription


@contextmanager
def entered(name: str) -> Iterator[Subscription]:
    """Open the database, and a transaction that sees the subscription of this name.

    Raises:
        DatabaseUnavailable: there is none to work with.
        NotFound: there is no such subscription.
    """
    open_database()
    found = find_subscription(name)
    with subscription_scope(found.id):
        yield found


def acting_operator() -> Actor:
    """The system's account under which this command runs: the real one, since variables of the environment can say anything."""
    number = os.getuid()
    try:
        return Actor.operator(pwd.getpwuid(number).pw_name)
    except KeyError:
        # In a container the number may have no name.
        return Actor.operator(f"uid {number}")
