"""Roles change, people go, and one owner stays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from tests.bookkeeping import OPERATOR
from tests.conftest import PASSWORD

from tallybook.audit.acting import Actor
from tallybook.audit.reading import EVERYTHING, newest_events
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotAllowed, NotFound, Refused, TallybookError
from tallybook.subscriptions.access import memberships_of
from tallybook.subscriptions.changing_roles import change_role, remove_person
from tallybook.subscriptions.invitations import invite, open_invitations
from tallybook.subscriptions.models import Membership, Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role

ROUNDS = 10


def acting(user: User) -> Actor:
    return Actor.person(user.id, user.email, "192.0.2.7")


def second_owner(subscription: Subscription) -> User:
    user = create_user(f"second.{uuid4()}@msp.example", PASSWORD)
    grant_role(subscription, user, Role.OWNER, actor=OPERATOR)
    return user


def roles(subscription: Subscription) -> dict[str, str]:
    with subscription_scope(subscription.id):
        return dict(Membership.objects.values_list("user__email", "role"))


def actions(subscription: Subscription) -> list[str]:
    with subscription_scope(subscription.id):
        return [one.event.action for one in newest_events(subscription.id, EVERYTHING, most=20)]


def test_a_role_is_changed_and_recorded(subscription: Subscription, owner: User, viewer: User) -> None:
    with subscription_scope(subscription.id):
        assert change_role(subscription, viewer.id, Role.BILLING, actor=acting(owner))
        assert not change_role(subscription, viewer.id, Role.BILLING, actor=acting(owner))
        (logged,) = newest_events(subscription.id, EVERYTHING, most=1)
    assert roles(subscription)[viewer.email] == "billing"
    assert logged.event.action == "role.changed"
    assert logged.detail is not None
    assert (logged.detail.actor_name, logged.detail.before, logged.detail.after) == (
        owner.email,
        {"role": "viewer"},
        {"role": "billing"},
    )


def test_somebody_is_removed_and_keeps_the_account(subscription: Subscription, owner: User, viewer: User) -> None:
    with subscription_scope(subscription.id):
        remove_person(subscription, viewer.id, actor=acting(owner))
    assert roles(subscription) == {owner.email: "owner"}
    assert memberships_of(viewer) == []
    assert User.objects.filter(pk=viewer.pk).exists()
    assert actions(subscription)[0] == "role.removed"


def test_the_only_owner_stays(subscription: Subscription, owner: User, viewer: User) -> None:
    before = actions(subscription)
    for actor in (acting(owner), OPERATOR):
        with subscription_scope(subscription.id):
            with pytest.raises(Refused, match="the only owner"):
                change_role(subscription, owner.id, Role.VIEWER, actor=actor)
            with pytest.raises(Refused, match="Make somebody else an owner first"):
                remove_person(subscription, owner.id, actor=actor)
    assert roles(subscription) == {owner.email: "owner", viewer.email: "viewer"}
    assert actions(subscription) == before


def test_strangers_and_the_unknown_sound_the_same(subscription: Subscription, owner: User, stranger: User) -> None:
    said = set()
    for user_id in (stranger.id, uuid4()):
        with subscription_scope(subscription.id):
            with pytest.raises(NotFound) as refused:
                change_role(subscription, user_id, Role.VIEWER, actor=acting(owner))
            said.add(str(refused.value))
            with pytest.raises(NotFound):
                remove_person(subscription, user_id, actor=acting(owner))
    assert len(said) == 1
    assert len(memberships_of(stranger)) == 1


def test_who_is_no_owner_any_more_decides_nothing(subscription: Subscription, owner: User, viewer: User) -> None:
    assert owner.pk
    with subscription_scope(subscription.id):
        with pytest.raises(NotAllowed, match="no owner of it any more"):
            change_role(subscription, viewer.id, Role.OWNER, actor=acting(viewer))
        with pytest.raises(NotAllowed):
            invite(subscription, "ann@msp.example", Role.OWNER, by=viewer, actor=acting(viewer))
    assert roles(subscription)[viewer.email] == "viewer"


def test_whoever_goes_leaves_no_invitation_behind(subscription: Subscription, owner: User) -> None:
    second = second_owner(subscription)
    with subscription_scope(subscription.id):
        invite(subscription, "back.door@msp.example", Role.OWNER, by=second, actor=acting(second))
        invite(subscription, "kept@msp.example", Role.VIEWER, by=owner, actor=acting(owner))
        change_role(subscription, second.id, Role.BILLING, actor=acting(owner))
        assert [one.email for one in open_invitations(subscription)] == ["kept@msp.example"]
    assert actions(subscription)[:2] == ["role.changed", "invitation.revoked"]


@pytest.mark.parametrize(
    "deed", [lambda s, u, a: change_role(s, u, Role.VIEWER, actor=a), lambda s, u, a: remove_person(s, u, actor=a)]
)
def test_of_two_owners_who_turn_each_other_out_at_once_one_stays(
    subscription: Subscription, owner: User, deed: Callable[[Subscription, object, Actor], object]
) -> None:
    second = second_owner(subscription)
    for _ in range(ROUNDS):
        with ThreadPoolExecutor(2) as people:
            pairs = [(owner, second), (second, owner)]
            done = list(people.map(lambda pair: _attempt(subscription, deed, *pair), pairs))
        assert sorted(done) == [False, True]
        assert list(roles(subscription).values()).count("owner") == 1
        for user in (owner, second):
            grant_role(subscription, user, Role.OWNER, actor=OPERATOR)


def _attempt(subscription: Subscription, deed: Callable[..., object], actor: User, target: User) -> bool:
    try:
        with subscription_scope(subscription.id):
            deed(subscription, target.id, acting(actor))
    except TallybookError:
        return False
    finally:
        connection.close()
    return True
