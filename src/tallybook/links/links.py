"""Report links: making, changing, pausing, revoking, and their keys. Call these inside the subscription's scope.

Whatever a call has to heed at once raises the gate's revision: a claim that was decided on an older one is not granted.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.recording import record
from tallybook.errors import NotFound, Refused
from tallybook.links import kept_files
from tallybook.links.describing import described
from tallybook.links.drafts import Draft, checked_expiry
from tallybook.links.keys import Key, KeyKind, new_key
from tallybook.links.models import KeyRegister, LinkGate, LinkKey, ReportLink
from tallybook.links.peppers import current_pepper
from tallybook.subscriptions.models import Subscription

LONGEST_OVERLAP = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link with its gate, both locked until the end of the transaction where it is about to be changed."""

    saved: ReportLink
    gate: LinkGate

    @property
    def subject(self) -> Subject:
        return Subject("report-link", str(self.saved.id), self.saved.name)


def create_link(subscription: Subscription, draft: Draft, *, actor: Actor, link_id: UUID | None = None) -> tuple[Link, Key]:
    """Make a link with its first key, which is known only here and now.

    Args:
        subscription: whose link it is.
        draft: what it is to be.
        actor: who makes it.
        link_id: the id that it is to have: sent twice, the same form makes one link.

    Raises:
        Refused: the expiry is over, or there is a link of this id.
    """
    checked_expiry(draft.expires_on, subscription)
    saved = ReportLink(subscription=subscription, id=link_id or uuid4(), made_by=actor.name)
    link = Link(saved=saved, gate=LinkGate(link_id=saved.id, subscription=subscription))
    _write(link, draft)
    try:
        with transaction.atomic():
            saved.save(force_insert=True)
            link.gate.save(force_insert=True)
    except IntegrityError:
        raise Refused("This link was made already, and its key was shown then. Rotate the key to get another.") from None
    key = _add_key(link, actor)
    record(subscription.id, actor, "link.created", link.subject, before=None, after=described(saved, link.gate))
    return link, key


def find_link(subscription: Subscription, link_id: UUID, *, to_change: bool = False) -> Link:
    """A link by its id.

    Raises:
        NotFound: there is none in this subscription.
    """
    gates = LinkGate.objects.filter(subscription_id=subscription.id, link_id=link_id)
    gate = (gates.select_for_update() if to_change else gates).first()
    saved = ReportLink.objects.filter(subscription_id=subscription.id, id=link_id).select_related("subscription").first()
    if gate is None or saved is None:
        raise NotFound("There is no such report link.")
    return Link(saved=saved, gate=gate)


def change_link(subscription: Subscription, link_id: UUID, draft: Draft, *, actor: Actor) -> Link:
    """Make a link what the draft says. Files that it gave before are forgotten; a draft that changes nothing changes nothing.

    Raises:
        NotFound: there is no such link.
        Refused: it was revoked, or the new expiry is over.
    """
    link = _changeable(subscription, link_id)
    before = described(link.saved, link.gate)
    former_expiry = link.gate.expires_at
    _write(link, draft)
    if link.gate.expires_at != former_expiry:
        checked_expiry(draft.expires_on, subscription)
    after = described(link.saved, link.gate)
    if changed := [name for name in after if after[name] != before[name]]:
        link.saved.save()
        _save_gate(link)
        kept_files.drop(subscription.id, link_id)
        told = {name: before[name] for name in changed}, {name: after[name] for name in changed}
        record(subscription.id, actor, "link.changed", link.subject, before=told[0], after=told[1])
    return link


def pause_link(subscription: Subscription, link_id: UUID, *, actor: Actor) -> Link:
    """Let calls hear that the link is paused. One that is paused already stays so.

    Raises:
        NotFound: there is no such link.
        Refused: it was revoked.
    """
    link = _changeable(subscription, link_id)
    if link.gate.paused_at is None:
        link.gate.paused_at = datetime.now(UTC)
        _save_gate(link)
        record(subscription.id, actor, "link.paused", link.subject, before={"state": "active"}, after={"state": "paused"})
    return link


def resume_link(subscription: Subscription, link_id: UUID, *, actor: Actor) -> Link:
    """Take a pause back; raises like `pause_link`."""
    link = _changeable(subscription, link_id)
    if link.gate.paused_at is not None:
        link.gate.paused_at = None
        _save_gate(link)
        record(subscription.id, actor, "link.resumed", link.subject, before={"state": "paused"}, after={"state": "active"})
    return link


def revoke_link(subscription: Subscription, link_id: UUID, *, actor: Actor) -> Link:
    """End a link for good. Its keys stay good for hearing so.

    Raises:
        NotFound: there is no such link.
    """
    link = find_link(subscription, link_id, to_change=True)
    if link.gate.revoked_at is None:
        link.gate.revoked_at = datetime.now(UTC)
        _save_gate(link)
        kept_files.drop(subscription.id, link_id)
        record(subscription.id, actor, "link.revoked", link.subject, before={"state": "active"}, after={"state": "revoked"})
    return link


def rotate_key(subscription: Subscription, link_id: UUID, *, overlap: timedelta, actor: Actor) -> tuple[Link, Key]:
    """Give a link another key. The former one goes on for the overlap, and a still older one ends now.

    Raises:
        NotFound: there is no such link.
        Refused: it was revoked, or the overlap is longer than seven days.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Refused(f"The former key may go on for 0 to {LONGEST_OVERLAP.days} days.")
    link = _changeable(subscription, link_id)
    now = datetime.now(UTC)
    keys = KeyRegister.objects.filter(subscription_id=subscription.id, link_id=link_id)
    keys.filter(valid_until__gt=now).update(valid_until=now)
    keys.filter(valid_until=None).update(valid_until=now + overlap)
    key = _add_key(link, actor)
    _save_gate(link)
    after = {"key": f"…{key.last_four}", "former_key_ends": (now + overlap).isoformat(timespec="seconds")}
    record(subscription.id, actor, "link.key-rotated", link.subject, before=None, after=after)
    return link, key


def _changeable(subscription: Subscription, link_id: UUID) -> Link:
    link = find_link(subscription, link_id, to_change=True)
    if link.gate.revoked_at is not None:
        raise Refused(f"The link {link.saved.name!r} was revoked, which is for good. Make a new one.")
    return link


def _write(link: Link, draft: Draft) -> None:
    saved, gate = link.saved, link.gate
    saved.name, saved.period = draft.name.strip(), draft.period.name
    saved.kind, saved.format = draft.kind.name, str(draft.format)
    saved.customer_ids = None if draft.customer_ids is None else sorted(draft.customer_ids)
    saved.product_ids = None if draft.product_ids is None else sorted(draft.product_ids)
    gate.allowed = None if draft.allowed is None else list(draft.allowed)
    gate.expires_at = draft.expires_at(saved.subscription)
    gate.repeats_last_file = draft.repeats_last_file


def _save_gate(link: Link) -> None:
    """Only what people decide: the slot belongs to the calls, which go on meanwhile."""
    gate = link.gate
    LinkGate.objects.filter(subscription_id=gate.subscription_id, link_id=gate.link_id).update(
        revision=F("revision") + 1,
        paused_at=gate.paused_at,
        revoked_at=gate.revoked_at,
        expires_at=gate.expires_at,
        allowed=gate.allowed,
        repeats_last_file=gate.repeats_last_file,
    )


def _add_key(link: Link, actor: Actor) -> Key:
    key, pepper = new_key(KeyKind.REPORT), current_pepper()
    owner = {"subscription_id": link.saved.subscription_id, "link_id": link.saved.id, "key_id": key.key_id}
    KeyRegister.objects.create(**owner, secret_hmac=pepper.keyed_hash(key.secret), pepper_id=pepper.id)
    LinkKey.objects.create(**owner, last_four=key.last_four, made_by=actor.name)
    return key
