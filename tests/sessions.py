"""Sessions of the database, looked at and ended from outside; and patience for them."""

import subprocess
import time
from collections.abc import Callable

import psycopg

PATIENCE_SECONDS = 60

Process = subprocess.Popen[bytes]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "What was waited for did not come."
        time.sleep(0.02)


def sessions_in(url: str, statement: str, *, waiting: bool = False) -> int:
    """How many sessions of the database are in a statement that contains this text; or wait for a lock in it."""
    with psycopg.connect(url) as session:
        row = session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND state = 'active' AND (wait_event_type = 'Lock' OR NOT %s) AND position(%s IN query) > 0",
            [waiting, statement],
        ).fetchone()
    return row[0] if row else 0


def waits_for_lock(url: str, statement: str) -> int:
    """How many sessions of the database wait for a lock in a statement that contains this text."""
    return sessions_in(url, statement, waiting=True)


def end_sessions(url: str, doing: str, spared: int = 0) -> int:
    """End the runtime role's sessions of the database whose statement contains this text, as a crash would. Returns how many.

    Args:
        url: the database, as a superuser.
        doing: part of the running statement, or of the last one.
        spared: a session, by its process, that goes on.
    """
    with psycopg.connect(url, autocommit=True) as session:
        return session.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = 'tallybook' AND position(%s IN query) > 0 AND pid <> %s",
            [doing, spared],
        ).rowcount


def tells_of_a_lost_database(err: bytes) -> bool:
    """Whether this is the one sentence with which a command ends whose database went away."""
    told = err.decode()
    return (
        told.startswith("tallybook: The database did not go along (")
        and "What was under way was not kept." in told
        and told.count("\n") == 1
    )
