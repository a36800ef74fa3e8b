"""The log of calls. Granted calls are written with what they did; refusals are gathered in memory and written in batches, so that
a flood of them costs no write each."""

import atexit
import logging
import threading
from collections import Counter
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
# Of distinct refusals; beyond it they are only counted.
MOST_WAITING = 10_000
_log = logging.getLogger(__name__)


class Refusal(NamedTuple):
    """What like refusals have in common. Status and outcome are those of the problem."""

    link_id: UUID
    address: str
    status: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A call that was answered with data, or with the word that nothing has changed."""

    link_id: UUID
    address: str
    status: int
    outcome: str
    row_count: int | None = None
    size_bytes: int | None = None
    milliseconds: int | None = None


def write_granted(subscription_id: UUID, granted: Granted) -> None:
    """Call inside the subscription's scope."""
    LinkCall.objects.create(
        subscription_id=subscription_id,
        id=uuid4(),
        called_at=datetime.now(UTC),
        **{name: getattr(granted, name) for name in Granted.__dataclass_fields__},
    )


class RefusalBuffer:
    """Refusals on their way into the log."""

    def __init__(self) -> None:
        self._counts: Counter[Refusal] = Counter()
        self._dropped = 0
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._writer: threading.Thread | None = None

    def note(self, refusal: Refusal) -> None:
        """Never waits for the database, and never fails."""
        with self._guard:
            if refusal in self._counts or len(self._counts) < MOST_WAITING:
                self._counts[refusal] += 1
            else:
                self._dropped += 1
            if self._writer is None or not self._writer.is_alive():
                # Not started with the module: threads do not survive the fork that makes a worker.
                self._writer = threading.Thread(target=self._write_on, daemon=True)
                self._writer.start()

    def flush(self) -> None:
        """Write what waits. What cannot be written is told in the server's log and given up: calls matter more than their log."""
        with self._guard:
            counts, self._counts = self._counts, Counter()
            dropped, self._dropped = self._dropped, 0
        if dropped:
            _log.warning("%d refused calls of report links were too many to log one by one.", dropped)
        try:
            _write_refusals(counts)
        except Error as error:
            _log.warning("%d refused calls of report links could not be logged: %s", counts.total(), error)

    def _write_on(self) -> None:
        while True:
            self._wake.wait(WRITE_EVERY_SECONDS)
            if self._counts:
                self.flush()
                connection.close()


def _write_refusals(counts: Counter[Refusal]) -> None:
    links = {refusal.link_id for refusal in counts}
    if not links:
        return
    # Whoever calls a link that there is not has no log.
    gates = rows("SELECT subscription_id, link_id FROM link_gate WHERE link_id = ANY(%(links)s)", {"links": list(links)})
    by_subscription: dict[UUID, set[UUID]] = {}
    for subscription_id, link_id in gates:
        by_subscription.setdefault(subscription_id, set()).add(link_id)
    for subscription_id, own in by_subscription.items():
        with subscription_scope(subscription_id):
            LinkCall.objects.bulk_create(
                LinkCall(subscription_id=subscription_id, id=uuid4(), called_at=datetime.now(UTC), calls=count, **refusal._asdict())
                for refusal, count in counts.items()
                if refusal.link_id in own
            )
            _forget_old()


def _forget_old() -> None:
    """Call inside the subscription's scope, which is whose calls are forgotten."""
    write("DELETE FROM link_call WHERE called_at < now() - %(days)s * interval '1 day'", {"days": KEPT_DAYS})


refusals = RefusalBuffer()


@atexit.register
def _write_the_last() -> None:
    with suppress(Exception):
        refusals.flush()
