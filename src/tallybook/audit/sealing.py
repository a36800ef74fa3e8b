"""What is hashed, byte by byte (docs/decisions/0026). A change here would break every log that there is.

Both texts are JSON objects with their keys sorted by code point, without blanks, in UTF-8, nothing escaped that need not be.
Numbers are whole: a fraction has more than one spelling, and the database might give back another one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple, Self
from uuid import UUID

from tallybook.errors import Refused

Facts = Mapping[str, object]

FORMAT = "tallybook-audit-1"
BEFORE_THE_FIRST = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The part of an event that is hashed and kept for ever."""

    subscription_id: UUID
    number: int
    occurred_at: datetime
    actor_kind: str
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: str
    detail_commitment: bytes

    def facts(self, previous: bytes) -> dict[str, object]:
        """What is hashed: the event as JSON values, and the hash of the one before it."""
        return {
            "format": FORMAT,
            "previous": previous.hex(),
            "subscription_id": str(self.subscription_id),
            "number": self.number,
            "occurred_at": f"{self.occurred_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
            "actor_kind": self.actor_kind,
            "actor_id": str(self.actor_id) if self.actor_id else None,
            "action": self.action,
            "subject_kind": self.subject_kind,
            "subject_id": self.subject_id,
            "detail_commitment": self.detail_commitment.hex(),
        }

    def hash(self, previous: bytes) -> bytes:
        return sha256(canonical(self.facts(previous))).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """The part of an event that names or quotes somebody, and can be erased."""

    salt: bytes
    actor_name: str
    address: str | None
    subject_name: str
    before: Facts | None
    after: Facts | None

    def facts(self) -> dict[str, object]:
        """What is committed to, as JSON values."""
        return {
            "actor_name": self.actor_name,
            "address": self.address,
            "subject_name": self.subject_name,
            "before": self.before,
            "after": self.after,
        }

    def commitment(self) -> bytes:
        # Without a salt, whoever has an erased text on a list of guesses could tell that it was the one.
        return sha256(self.salt + canonical(self.facts())).digest()


class Head(NamedTuple):
    """The newest event's number and hash, which vouch for all events before it."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """A head as it was exported, `NUMBER:HASH`.

        Raises:
            Refused: it is none.
        """
        number, _, digits = text.strip().partition(":")
        try:
            head = cls(int(number), bytes.fromhex(digits))
        except ValueError:
            head = cls(-1, b"")
        if head.number < 0 or len(head.hash) != len(BEFORE_THE_FIRST):
            raise Refused(f"{text!r} is no head of an audit log. Write it as NUMBER:HASH, as `tallybook audit head` shows it.")
        return head


NO_EVENTS = Head(0, BEFORE_THE_FIRST)


def canonical(facts: Facts) -> bytes:
    """The one way to write these facts down.

    Raises:
        TypeError: a value is no text, whole number, truth value, None, list or mapping of such.
    """
    _refuse_fractions(facts)
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _refuse_fractions(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"The audit log takes whole numbers only; write {value} as text.")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"The audit log takes texts as names of values, not {key!r}.")
            _refuse_fractions(inner)
    if isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_fractions(inner)
