"""The first look-up: from a key to the gate of its link, in one query, before anybody's subscription is entered."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection

from tallybook.database.queries import Row, prepared_rows
from tallybook.links.keys import Key
from tallybook.links.peppers import opens

# A slot is open when its time has come; when a clock was put back, so that the time lies further ahead than any pace sets it;
# or when whoever took it has not been heard of (see `tallybook.links.pace`).
SLOT_IS_OPEN = """(
    next_allowed_at <= clock_timestamp() OR next_allowed_at > clock_timestamp() + %(pace)s * interval '1 second'
    OR lease_until <= clock_timestamp()
)"""
_LOOK_UP = f"""
    SELECT r.secret_hmac, r.pepper_id, r.valid_until <= clock_timestamp(), r.subscription_id, r.link_id, g.revision, v.version,
        g.revoked_at IS NOT NULL, g.expires_at <= clock_timestamp(), g.paused_at IS NOT NULL, g.allowed, g.repeats_last_file,
        CASE WHEN {SLOT_IS_OPEN} THEN 0 ELSE extract(epoch FROM next_allowed_at - clock_timestamp())::float8 END
    FROM key_register r JOIN link_gate g ON g.link_id = r.link_id
        LEFT JOIN ledger_version v ON v.subscription_id = r.subscription_id
    WHERE r.key_id = %(key_id)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the register knew of a link a moment ago. `wait_seconds` is 0 where the slot looked open.

    `ledger_version` is another one whenever a report of the subscription may say something else; None where it has no usage.
    """

    subscription_id: UUID
    link_id: UUID
    revision: int
    ledger_version: UUID | None
    is_revoked: bool
    is_expired: bool
    is_paused: bool
    allowed: tuple[str, ...] | None
    repeats_last_file: bool
    wait_seconds: float


def find_gate(key: Key, link_id: UUID) -> Gate | None:
    """The gate that this key opens; None for a key that is unknown, wrong, rotated out, or one of another link."""
    found = _ask({"key_id": key.key_id, "pace": settings.INSTALLATION.link_pace_seconds})
    keyed_hash, pepper_id, is_over, *gate = found or (None,) * 12
    # Compared in any case, so that an unknown key takes as long as a wrong one.
    is_right = opens(key, keyed_hash and bytes(keyed_hash), pepper_id)
    return _gate(gate) if is_right and not is_over and gate[1] == link_id else None


def _ask(parameters: dict[str, object]) -> Row | None:
    """Ask over the connection that was kept, without asking first whether it lives: that would be a second query."""
    if connection.connection is None:
        return _first(parameters)
    connection.health_check_done = True  # type: ignore[attr-defined]  # Django's own, of which its stubs do not know
    try:
        return _first(parameters)
    except OperationalError:
        if connection.in_atomic_block:
            raise
        connection.close()
        return _first(parameters)


def _first(parameters: dict[str, object]) -> Row | None:
    return next(iter(prepared_rows(_LOOK_UP, parameters)), None)


def _gate(row: list[object]) -> Gate:
    names = Gate.__dataclass_fields__
    values = dict(zip(names, row, strict=True))
    allowed = values["allowed"]
    values |= {"is_expired": bool(values["is_expired"]), "allowed": None if allowed is None else tuple(allowed)}  # type: ignore[arg-type]
    return Gate(**values)  # type: ignore[arg-type]
