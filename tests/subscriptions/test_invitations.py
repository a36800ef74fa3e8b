"""Invitations: once, for some days, and for the address that they are for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone
from tests.bookkeeping import OPERATOR
from tests.conftest import PASSWORD

from tallybook.audit.acting import Actor
from tallybook.audit.reading import EVERYTHING, newest_events
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound, Refused, TallybookError
from tallybook.subscriptions.access import memberships_of
from tallybook.subscriptions.invitations import (
    HOLDS_FOR,
    Invited,
    accept_as_new_person,
    accept_invitation,
    find_invitation,
    invite,
    open_invitations,
    revoke_invitation,
)
from tallybook.subscriptions.models import Invitation, Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role


def acting(user: User) -> Actor:
    return Actor.person(user.id, user.email, "192.0.2.7")


def invited(subscription: Subscription, owner: User, email: str | None = None, role: Role = Role.VIEWER) -> Invited:
    with subscription_scope(subscription.id):
        return invite(subscription, email or f"ann.{uuid4()}@msp.example", role, by=owner, actor=acting(owner))


def accept(subscription_id: UUID, secret: str) -> User:
    return accept_as_new_person(subscription_id, secret, PASSWORD, address="192.0.2.9")


def test_an_invitation_becomes_a_person_with_the_role(subscription: Subscription, owner: User) -> None:
    made = invited(subscription, owner, role=Role.BILLING)
    found = find_invitation(subscription.id, made.secret)
    assert (found.subscription.name, found.role) == (subscription.name, "billing")
    assert timedelta(0) < found.expires_at - timezone.now() <= HOLDS_FOR
    user = accept(subscription.id, made.secret)
    assert user.email == made.invitation.email
    assert [(one.subscription_id, one.role) for one in memberships_of(user)] == [(subscription.id, "billing")]
    with subscription_scope(subscription.id):
        events = newest_events(subscription.id, EVERYTHING, most=2)
        assert open_invitations(subscription) == []
    assert [one.event.action for one in events] == ["invitation.accepted", "invitation.created"]
    assert events[0].detail is not None
    assert (events[0].detail.actor_name, events[0].detail.address) == (user.email, "192.0.2.9")


def test_the_secret_is_nowhere(subscription: Subscription, owner: User) -> None:
    made = invited(subscription, owner)
    assert len(made.secret) == 43
    assert made.secret not in repr(made)
    with subscription_scope(subscription.id), connection.cursor() as cursor:
        for table in ("invitation", "audit_event", "audit_detail"):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            assert not any(made.secret in text for (text,) in cursor.fetchall())


def test_links_that_do_not_hold_sound_the_same(
    subscription: Subscription, other_subscription: Subscription, owner: User
) -> None:
    used, revoked, expired, replaced = (invited(subscription, owner) for _ in range(4))
    accept(subscription.id, used.secret)
    with subscription_scope(subscription.id):
        revoke_invitation(subscription, revoked.invitation.id, actor=acting(owner))
        Invitation.objects.filter(pk=expired.invitation.pk).update(expires_at=timezone.now())
    invited(subscription, owner, replaced.invitation.email)
    held = invited(subscription, owner)
    links = [(subscription.id, one.secret) for one in (used, revoked, expired, replaced)]
    links += [(other_subscription.id, held.secret), (uuid4(), held.secret)]
    links += [(subscription.id, text) for text in (held.secret[:-1], held.secret + "x", held.secret.swapcase(), "", "\x00ä")]
    said = set()
    for link in links:
        for attempt in (find_invitation, accept):
            with pytest.raises(NotFound) as refused:
                attempt(*link)
            said.add(str(refused.value))
    assert len(said) == 1
    assert "Ask whoever sent it for a new one." in said.pop()
    assert find_invitation(subscription.id, held.secret)


def test_of_four_who_bring_the_link_at_once_one_gets_in(subscription: Subscription, owner: User) -> None:
    made = invited(subscription, owner)
    with ThreadPoolExecutor(4) as people:
        let_in = list(people.map(lambda _: _attempt(subscription.id, made.secret), range(4)))
    assert let_in.count(True) == 1
    assert User.objects.filter(email=made.invitation.email).count() == 1


def _attempt(subscription_id: UUID, secret: str) -> bool:
    try:
        accept(subscription_id, secret)
    except TallybookError:
        return False
    finally:
        connection.close()
    return True


def test_of_two_who_invite_one_address_at_once_the_last_link_holds(subscription: Subscription, owner: User) -> None:
    address = f"ann.{uuid4()}@msp.example"
    with ThreadPoolExecutor(2) as people:
        made = list(people.map(lambda _: _invite(subscription, owner, address), range(2)))
    with subscription_scope(subscription.id):
        (kept,) = open_invitations(subscription)
    assert kept.id in {one.invitation.id for one in made}


def _invite(subscription: Subscription, owner: User, address: str) -> Invited:
    try:
        return invited(subscription, owner, address)
    finally:
        connection.close()


def test_somebody_with_an_account_accepts_as_themselves(
    subscription: Subscription, owner: User, stranger: User, viewer: User
) -> None:
    made = invited(subscription, owner, stranger.email.upper(), Role.BILLING)
    with pytest.raises(Refused, match="There is somebody"):
        accept(subscription.id, made.secret)
    with pytest.raises(Refused, match=f"for {stranger.email}, and you are signed in as {viewer.email}"):
        accept_invitation(subscription.id, made.secret, viewer, address="")
    accept_invitation(subscription.id, made.secret, stranger, address="")
    assert {one.role for one in memberships_of(stranger)} == {"owner", "billing"}
    with pytest.raises(NotFound):
        accept_invitation(subscription.id, made.secret, stranger, address="")


def test_an_invitation_never_changes_a_role(subscription: Subscription, owner: User, viewer: User) -> None:
    with pytest.raises(Refused, match="has a role in this subscription already"):
        invited(subscription, owner, viewer.email, Role.OWNER)
    late = create_user(f"late.{uuid4()}@msp.example", PASSWORD)
    made = invited(subscription, owner, late.email, Role.OWNER)
    grant_role(subscription, late, Role.VIEWER, actor=OPERATOR)
    with pytest.raises(Refused, match="already"):
        accept_invitation(subscription.id, made.secret, late, address="")
    assert [one.role for one in memberships_of(late)] == ["viewer"]


def test_a_weak_password_leaves_the_invitation_open(subscription: Subscription, owner: User) -> None:
    made = invited(subscription, owner)
    with pytest.raises(Refused, match="at least 15"):
        accept_as_new_person(subscription.id, made.secret, "short", address="")
    assert not User.objects.filter(email=made.invitation.email).exists()
    assert accept(subscription.id, made.secret).email == made.invitation.email


@pytest.mark.parametrize("address", ["", "ann", "a b@msp.example", "ann@msp.example\n", "=1+1", "x" * 250 + "@msp.example"])
def test_what_is_no_address_is_refused(subscription: Subscription, owner: User, address: str) -> None:
    if address.strip() != address:
        assert invited(subscription, owner, address).invitation.email == address.strip()
        return
    with subscription_scope(subscription.id), pytest.raises(Refused, match="is no e-mail address"):
        invite(subscription, address, Role.VIEWER, by=owner, actor=acting(owner))


def test_a_foreign_invitation_is_like_a_missing_one(subscription: Subscription, owner: User, stranger: User) -> None:
    made = invited(subscription, owner)
    other = memberships_of(stranger)[0].subscription
    for invitation_id in (made.invitation.id, uuid4()):
        with subscription_scope(other.id), pytest.raises(NotFound, match="no such open invitation"):
            revoke_invitation(other, invitation_id, actor=acting(stranger))
    assert find_invitation(subscription.id, made.secret)
