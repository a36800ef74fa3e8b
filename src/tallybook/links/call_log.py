"""The log of calls, kept 90 days.

Calls that made data are written with what they made. All others (refusals, 304s, parts of a file) are gathered in memory and
written in batches, so that a flood of them costs no write each.
"""

import atexit
import logging
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import Error, connection

from tallybook.database.queries import rows, write
from tallybook.database.scope import subscription_scope
from tallybook.links.models import LinkCall

KEPT_DAYS = 90
WRITE_EVERY_SECONDS = 1.0
# Of calls that are not alike; beyond it they are only counted.
MOST_WAITING = 10_000
GRANTED = "granted"
_OK = 200
_log = logging.getLogger(__name__)

_FORGET = "DELETE FROM link_call WHERE called_at < now() - %(days)s * interval '1 day'"
_USE = """
    UPDATE link_key SET last_used_at = clock_timestamp()
    WHERE key_id = ANY(%(keys)s) AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')
"""


class Call(NamedTuple):
    """What calls have in common that are logged as one. The outcome is the name of a problem, or what was answered."""

    link_id: UUID
    address: str
    status: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A call for which the data was made."""

    link_id: UUID
    address: str
    row_count: int
    size_bytes: int
    milliseconds: int


def write_granted(subscription_id: UUID, granted: Granted) -> None:
    """Call inside the subscription's scope."""
    LinkCall.objects.create(
        subscription_id=subscription_id,
        id=uuid4(),
        called_at=datetime.now(UTC),
        status=_OK,
        outcome=GRANTED,
        **{name: getattr(granted, name) for name in Granted.__dataclass_fields__},
    )


class Calls:
    """Calls on their way into the log, and keys that were used. Noting never waits for the database, and never fails."""

    def __init__(self) -> None:
        self._counts: Counter[Call] = Counter()
        self._last_at: dict[Call, datetime] = {}
        self._used: set[tuple[UUID, str]] = set()
        self._dropped = 0
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._writer: threading.Thread | None = None

    def note(self, call: Call) -> None:
        """One call more."""
        with self._guard:
            if call in self._counts or len(self._counts) < MOST_WAITING:
                self._counts[call] += 1
                self._last_at[call] = datetime.now(UTC)
            else:
                self._dropped += 1
            self._see_to_the_writer()

    def note_use(self, subscription_id: UUID, key_id: str) -> None:
        """A key that opened its link."""
        with self._guard:
            self._used.add((subscription_id, key_id))
            self._see_to_the_writer()

    def flush(self) -> None:
        """Write what waits. What cannot be written is told in the server's log and given up: calls matter more than this.

        Waits for whoever is writing: a process that ends after its last flush would take their batch with it.
        """
        with self._writing:
            self._write_what_waits()

    def _write_what_waits(self) -> None:
        with self._guard:
            counts, self._counts = self._counts, Counter()
            last_at, self._last_at = self._last_at, {}
            used, self._used = self._used, set()
            dropped, self._dropped = self._dropped, 0
        if not counts and not used:
            return
        if dropped:
            _log.warning("%d calls of report links were too many to log one by one.", dropped)
        try:
            _write_calls(counts, last_at)
            _write_uses(used)
        except Error as error:
            _log.warning("%d calls of report links could not be logged: %s", counts.total(), error)

    def _see_to_the_writer(self) -> None:
        # Not started with the module: threads do not survive the fork that makes a worker.
        if self._writer is None or not self._writer.is_alive():
            self._writer = threading.Thread(target=self._write_on, daemon=True)
            self._writer.start()

    def _write_on(self) -> None:
        pause = threading.Event()
        while not pause.wait(WRITE_EVERY_SECONDS):
            if self._counts or self._used:
                self.flush()
                connection.close()


def _write_calls(counts: Counter[Call], last_at: Mapping[Call, datetime]) -> None:
    for subscription_id, links in _owners({call.link_id for call in counts}).items():
        with subscription_scope(subscription_id):
            LinkCall.objects.bulk_create(
                LinkCall(subscription_id=subscription_id, id=uuid4(), called_at=last_at[call], calls=count, **call._asdict())
                for call, count in counts.items()
                if call.link_id in links
            )
            write(_FORGET, {"days": KEPT_DAYS})


def _owners(links: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The links by their subscriptions. Calls of links that there are not have no log."""
    owners: dict[UUID, set[UUID]] = {}
    query = "SELECT subscription_id, link_id FROM link_gate WHERE link_id = ANY(%(links)s)"
    for subscription_id, link_id in rows(query, {"links": list(links)}):
        owners.setdefault(subscription_id, set()).add(link_id)
    return owners


def _write_uses(used: set[tuple[UUID, str]]) -> None:
    for subscription_id in {subscription_id for subscription_id, _ in used}:
        with subscription_scope(subscription_id):
            write(_USE, {"keys": [key_id for owner, key_id in used if owner == subscription_id]})


calls = Calls()


@atexit.register
def _write_the_last() -> None:
    with suppress(Error):
        calls.flush()
