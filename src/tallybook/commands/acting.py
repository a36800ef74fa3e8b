"""Who acts when a command runs."""

import os
import pwd

from tallybook.audit.acting import Actor


def acting_operator() -> Actor:
    """The system's account under which this command runs: the real one, since variables of the environment can say anything."""
    number = os.getuid()
    try:
        return Actor.operator(pwd.getpwuid(number).pw_name)
    except KeyError:
        # In a container the number may have no name.
        return Actor.operator(f"uid {number}")
