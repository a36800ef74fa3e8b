"""The links of a subscription as people look at them. Call these inside the subscription's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db.models import Sum

from tallybook.database.queries import rows
from tallybook.links.links import Link
from tallybook.links.models import KeyRegister, LinkCall, LinkGate, LinkKey, ReportLink
from tallybook.subscriptions.models import Subscription

COUNTED_DAYS = 30
WARNED_DAYS = 30


class State(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenKey:
    """A key as people see it."""

    seen: LinkKey
    valid_until: datetime | None

    @property
    def is_valid(self) -> bool:
        return self.valid_until is None or self.valid_until > datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLink:
    """A link with its keys, the newest first, and what became of its calls."""

    link: Link
    keys: Sequence[SeenKey]
    last_call: LinkCall | None
    calls: int
    """In the last 30 days, refused ones included."""

    @property
    def id(self) -> UUID:
        return self.link.saved.id

    @property
    def state(self) -> State:
        gate = self.link.gate
        if gate.revoked_at is not None:
            return State.REVOKED
        if gate.expires_at is not None and gate.expires_at <= datetime.now(UTC):
            return State.EXPIRED
        return State.ACTIVE if gate.paused_at is None else State.PAUSED

    @property
    def is_never_used(self) -> bool:
        return self.last_call is None

    @property
    def next_allowed_at(self) -> datetime | None:
        """When the data can be made again; None where it can be now."""
        gate = self.link.gate
        now = datetime.now(UTC)
        is_waiting = now < gate.next_allowed_at <= now + timedelta(seconds=settings.INSTALLATION.link_pace_seconds)
        return gate.next_allowed_at if is_waiting else None

    @property
    def days_left(self) -> int | None:
        """Until the expiry, where it is near enough to warn of."""
        gate = self.link.gate
        if gate.expires_at is None or self.state in (State.EXPIRED, State.REVOKED):
            return None
        left = (gate.expires_at - datetime.now(UTC)).days
        return left if left < WARNED_DAYS else None


def list_links(subscription: Subscription, link_id: UUID | None = None, *, counted: bool = True) -> list[ListedLink]:
    """All links, or the one of this id, the newest first. Where nobody asks for it, calls are not counted: of 30 days each."""
    only = {"subscription_id": subscription.id}
    saved = ReportLink.objects.filter(**only).select_related("subscription").order_by("-made_at", "id")
    links = list(saved.filter(id=link_id) if link_id else saved)
    gates = LinkGate.objects.filter(**only).in_bulk([link.id for link in links])
    keys, last_calls, counts = _keys(subscription.id), _last_calls(subscription.id), _counts(subscription.id) if counted else {}
    return [
        ListedLink(
            link=Link(saved=link, gate=gates[link.id]),
            keys=keys.get(link.id, []),
            last_call=last_calls.get(link.id),
            calls=counts.get(link.id, 0),
        )
        for link in links
    ]


def list_calls(subscription: Subscription, link_id: UUID, most: int, skipped: int = 0) -> list[LinkCall]:
    """A link's calls, the newest first."""
    calls = LinkCall.objects.filter(subscription_id=subscription.id, link_id=link_id).order_by("-called_at", "id")
    return list(calls[skipped : skipped + most])


def count_calls(subscription: Subscription, link_id: UUID) -> int:
    """How many rows the log has of a link's calls."""
    return LinkCall.objects.filter(subscription_id=subscription.id, link_id=link_id).count()


def _keys(subscription_id: UUID) -> dict[UUID, list[SeenKey]]:
    ends = dict(KeyRegister.objects.filter(subscription_id=subscription_id).values_list("key_id", "valid_until"))
    keys: dict[UUID, list[SeenKey]] = {}
    for seen in LinkKey.objects.filter(subscription_id=subscription_id).order_by("-made_at"):
        keys.setdefault(seen.link_id, []).append(SeenKey(seen=seen, valid_until=ends[seen.key_id]))
    return keys


# One look into the index for each link: the log has 90 days of calls.
_LAST_CALLS = """
    SELECT last.id FROM report_link l, LATERAL (
        SELECT c.id FROM link_call c WHERE c.subscription_id = l.subscription_id AND c.link_id = l.id
        ORDER BY c.called_at DESC LIMIT 1
    ) last
    WHERE l.subscription_id = %(subscription)s
"""


def _last_calls(subscription_id: UUID) -> dict[UUID, LinkCall]:
    last = [call_id for (call_id,) in rows(_LAST_CALLS, {"subscription": subscription_id})]
    return {call.link_id: call for call in LinkCall.objects.filter(subscription_id=subscription_id, id__in=last)}


def _counts(subscription_id: UUID) -> dict[UUID, int]:
    since = datetime.now(UTC) - timedelta(days=COUNTED_DAYS)
    calls = LinkCall.objects.filter(subscription_id=subscription_id, called_at__gte=since)
    return dict(calls.values_list("link_id").annotate(Sum("calls")))
