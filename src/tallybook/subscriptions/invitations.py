"""Invitations by link: a role in a subscription for whoever brings the secret, once and for some days.

The program sends no mail. Whoever invites hands the link over, and the link is all that is asked for: its secret is random
and stored as a hash only, so that nobody can read a link out of the database.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.recording import record
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.models import Invitation, Membership, Role, Subscription, User
from tallybook.subscriptions.people import checked_email, create_user, lock_owners, person_subject

HOLDS_FOR = timedelta(days=7)
_SECRET_BYTES = 32
_NOT_VALID = (
    "This invitation does not hold: it was used, revoked or replaced, it is older than 7 days, or the link is not whole. Ask "
    "whoever sent it for a new one."
)


class Invited(NamedTuple):
    """What is left of an invitation that was just made, and the secret that is never shown again. Its repr hides that."""

    invitation: Invitation
    secret: str

    def __repr__(self) -> str:
        return f"Invited({self.invitation.email!r})"


def invite(subscription: Subscription, email: str, role: Role, *, by: User, actor: Actor) -> Invited:
    """Invite somebody, in place of an earlier invitation of the same address. Call inside the subscription's scope.

    Raises:
        Refused: it is no e-mail address, or the person has a role here already.
        NotAllowed: whoever invites is no owner any more.
    """
    address = checked_email(email)
    lock_owners(subscription.id, actor)
    if Membership.objects.filter(subscription_id=subscription.id, user__email=address).exists():
        raise Refused(f"{address} has a role in this subscription already. Change it in the list of people.")
    open_ones = Invitation.objects.filter(subscription_id=subscription.id, email=address)
    former = open_ones.first()
    # Nobody else invites the address meanwhile: all who may are owners, and wait for the lock.
    open_ones.delete()
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    invitation = Invitation.objects.create(
        subscription=subscription,
        email=address,
        role=role,
        secret_hash=_hash(secret),
        made_by=by,
        expires_at=timezone.now() + HOLDS_FOR,
    )
    record(
        subscription.id,
        actor,
        "invitation.created",
        _subject(invitation),
        before=_facts(former) if former else None,
        after=_facts(invitation),
    )
    return Invited(invitation, secret)


def _subject(invitation: Invitation) -> Subject:
    return Subject("invitation", str(invitation.id), invitation.email)


def _facts(invitation: Invitation) -> dict[str, str]:
    return {"role": str(invitation.role), "expires_at": invitation.expires_at.isoformat(timespec="seconds")}


def revoke_invitation(subscription: Subscription, invitation_id: UUID, *, actor: Actor) -> None:
    """Take an open invitation back. Call inside the subscription's scope.

    Raises:
        NotFound: there is no such one, or not any more.
        NotAllowed: whoever revokes is no owner any more.
    """
    lock_owners(subscription.id, actor)
    invitation = Invitation.objects.select_for_update().filter(subscription_id=subscription.id, id=invitation_id).first()
    if invitation is None:
        raise NotFound("There is no such open invitation.")
    take_back(invitation, actor=actor)


def take_back(invitation: Invitation, *, actor: Actor) -> None:
    """Remove an invitation, and record it."""
    Invitation.objects.filter(pk=invitation.pk).delete()
    record(
        invitation.subscription_id,
        actor,
        "invitation.revoked",
        _subject(invitation),
        before={"role": invitation.role},
        after=None,
    )


def open_invitations(subscription: Subscription) -> list[Invitation]:
    """Those that nobody has accepted yet, expired ones among them. Call inside the subscription's scope."""
    found = Invitation.objects.filter(subscription_id=subscription.id).select_related("made_by")
    return list(found.order_by("email"))


def find_invitation(subscription_id: UUID, secret: str) -> Invitation:
    """The invitation of a link, with its subscription.

    Raises:
        NotFound: the link does not hold, for whatever reason: all sound the same.
    """
    with subscription_scope(subscription_id):
        return _held(subscription_id, secret)


def accept_invitation(subscription_id: UUID, secret: str, user: User, *, address: str) -> Invitation:
    """Give somebody who has an account the role, and end the invitation.

    Args:
        subscription_id: of the link.
        secret: of the link.
        user: who is signed in.
        address: where the request came from, for the audit log.

    Raises:
        NotFound: as above.
        Refused: the invitation is for somebody else, or the person has a role there already.
    """
    with subscription_scope(subscription_id):
        invitation = _held(subscription_id, secret, to_end=True)
        if invitation.email != user.email:
            raise Refused(f"This invitation is for {invitation.email}, and you are signed in as {user.email}.")
        if Membership.objects.filter(subscription_id=subscription_id, user_id=user.id).exists():
            raise Refused("You have a role in this subscription already.")
        _end(invitation, user, Actor.person(user.id, user.email, address))
    return invitation


def accept_as_new_person(subscription_id: UUID, secret: str, password: str, *, address: str) -> User:
    """Make the invited person, with a password, and give them the role. Arguments as above.

    Raises:
        NotFound: as above.
        Refused: the password is too weak, or there is somebody with the address.
    """
    with subscription_scope(subscription_id):
        invitation = _held(subscription_id, secret, to_end=True)
        user = create_user(invitation.email, password)
        _end(invitation, user, Actor.person(user.id, user.email, address))
    return user


def _held(subscription_id: UUID, secret: str, *, to_end: bool = False) -> Invitation:
    found = Invitation.objects.select_related("subscription")
    if to_end:
        # Of two who bring the link at once, the second waits, and finds nothing.
        found = found.select_for_update(of=("self",))
    held = found.filter(subscription_id=subscription_id, secret_hash=_hash(secret), expires_at__gt=timezone.now()).first()
    if held is None:
        raise NotFound(_NOT_VALID)
    return held


def _end(invitation: Invitation, user: User, actor: Actor) -> None:
    Invitation.objects.filter(pk=invitation.pk).delete()
    Membership.objects.create(subscription_id=invitation.subscription_id, user_id=user.id, role=invitation.role)
    record(
        invitation.subscription_id,
        actor,
        "invitation.accepted",
        person_subject(user),
        before=None,
        after={"role": invitation.role},
    )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
