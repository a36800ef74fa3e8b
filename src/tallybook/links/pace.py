"""Once in five minutes: who may make the data now (SAFETY: Once in five minutes).

One atomic statement on the database's own clock decides. Looking first and writing then lets several racing callers in.
A claim is held by a short lease, which its holder renews: a worker that is killed gives the slot back by its silence.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error, connection

from tallybook.database.queries import write
from tallybook.database.scope import subscription_scope
from tallybook.links.register import SLOT_IS_OPEN, Gate

LEASE_SECONDS = 15
_RENEW_EVERY_SECONDS = 5

_CLAIM = f"""
    UPDATE link_gate SET claim = %(claim)s, next_allowed_at = clock_timestamp() + %(pace)s * interval '1 second',
        lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    WHERE link_id = %(link)s AND revision = %(revision)s AND {SLOT_IS_OPEN}
"""
_RENEW = "UPDATE link_gate SET lease_until = clock_timestamp() + %(lease)s * interval '1 second' WHERE claim = %(claim)s"
_KEEP = "UPDATE link_gate SET claim = NULL, lease_until = NULL WHERE link_id = %(link)s AND claim = %(claim)s"
_GIVE_BACK = """
    UPDATE link_gate SET claim = NULL, lease_until = NULL, next_allowed_at = clock_timestamp()
    WHERE link_id = %(link)s AND claim = %(claim)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to make the data of a link once."""

    gate: Gate
    id: UUID = field(default_factory=uuid4)

    def parameters(self) -> dict[str, object]:
        return {
            "claim": self.id,
            "link": self.gate.link_id,
            "revision": self.gate.revision,
            "pace": settings.INSTALLATION.link_pace_seconds,
            "lease": LEASE_SECONDS,
        }


def claim_slot(gate: Gate) -> Claim | None:
    """The slot, if it is open and the link is still as the gate says; else None: ask the register again."""
    claim = Claim(gate=gate)
    with subscription_scope(gate.subscription_id):
        return claim if write(_CLAIM, claim.parameters()) else None


@contextmanager
def held(claim: Claim) -> Iterator[None]:
    """Keep the lease while the block builds. The slot is used up where the block ends well, and given back where it fails."""
    done = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(claim, done), daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        _settle(claim, done, thread, _GIVE_BACK)
        raise
    _settle(claim, done, thread, _KEEP)


def _settle(claim: Claim, done: threading.Event, thread: threading.Thread, statement: str) -> None:
    done.set()
    thread.join()
    with subscription_scope(claim.gate.subscription_id):
        write(statement, claim.parameters())


def _renew_until(claim: Claim, done: threading.Event) -> None:
    """Runs beside the build, on a connection of its own; most builds end before it is needed once."""
    while not done.wait(_RENEW_EVERY_SECONDS):
        try:
            with subscription_scope(claim.gate.subscription_id):
                write(_RENEW, claim.parameters())
        except Error:
            # The next turn may succeed; if none does, the slot opens early, and nothing worse.
            pass
    connection.close()
