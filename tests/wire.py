"""What is sent to the database, as libpq writes it down: prepared queries go past Django's own record of queries."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import Trace

_STATEMENTS = {"Query", "Execute"}


@contextmanager
def statements_sent() -> Iterator[list[str]]:
    """The kinds of the messages that ran a statement on this thread's connection, filled in at the end."""
    sent: list[str] = []
    connection.ensure_connection()
    wire = connection.connection.pgconn
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        wire.trace(file.fileno())
        wire.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield sent
        finally:
            wire.untrace()
        file.seek(0)
        # Such a line is "F", the message's length, its kind, and what is in it.
        messages = [line.rstrip("\n").split("\t") for line in file]
        sent += [kind for side, _, kind, *_ in messages if side == "F" and kind in _STATEMENTS]
