"""People who sign in, and who reaches which subscription."""

from uuid import uuid4

import pytest
from tests.bookkeeping import OPERATOR, SUBSCRIPTION_TABLES

from tallybook.database.queries import number
from tallybook.errors import NotAllowed, NotFound, Refused
from tallybook.subscriptions.access import entered_by, membership_of, memberships_of
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role

GOOD_PASSWORD = "correct horse battery staple"


def test_an_address_is_kept_folded_and_a_password_never_as_it_is() -> None:
    address = f"Ann.{uuid4()}@Example.COM"
    user = create_user(f" {address} ", GOOD_PASSWORD)
    assert user.email == address.casefold()
    assert User.objects.get_by_natural_key(address.upper()).pk == user.pk
    assert user.check_password(GOOD_PASSWORD)
    assert GOOD_PASSWORD not in user.password


def test_a_taken_address_is_refused() -> None:
    address = f"ann.{uuid4()}@example.com"
    create_user(address, GOOD_PASSWORD)
    with pytest.raises(Refused, match="already") as refused:
        create_user(address.upper(), GOOD_PASSWORD)
    assert address in str(refused.value)


@pytest.mark.parametrize("password", ["", "short", "x" * 14, "passwordpassword1"[:14]])
def test_a_weak_password_is_refused(password: str) -> None:
    address = f"ann.{uuid4()}@example.com"
    with pytest.raises(Refused, match="at least 15 characters"):
        create_user(address, password)
    assert not User.objects.filter(email=address).exists()


@pytest.mark.parametrize("address", ["", "ann", "ann@", "@example.com", "a b@example.com", "ann@example.com\nbcc: x@y.z"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="is no e-mail address") as refused:
        create_user(address, GOOD_PASSWORD)
    assert repr(address) in str(refused.value)


def test_a_role_is_granted_and_replaced(subscription: Subscription, viewer: User) -> None:
    assert membership_of(viewer, subscription.id).role == Role.VIEWER
    grant_role(subscription, viewer, Role.BILLING, actor=OPERATOR)
    assert membership_of(viewer, subscription.id).role == Role.BILLING
    assert len(memberships_of(viewer)) == 1


def test_a_persons_subscriptions_come_by_name(
    subscription: Subscription, other_subscription: Subscription, owner: User
) -> None:
    grant_role(other_subscription, owner, Role.VIEWER, actor=OPERATOR)
    assert [one.subscription.name for one in memberships_of(owner)] == [subscription.name, other_subscription.name]
    assert [one.role for one in memberships_of(owner)] == [Role.OWNER, Role.VIEWER]


def test_a_strangers_subscription_is_like_a_missing_one(subscription: Subscription, stranger: User) -> None:
    said = []
    for missing in (subscription.id, uuid4()):
        with pytest.raises(NotFound) as refused:
            membership_of(stranger, missing)
        said.append(str(refused.value))
        with pytest.raises(NotFound), entered_by(stranger, missing):
            pass
    assert said[0] == said[1] == "There is no such subscription."


def test_a_role_that_does_not_reach_so_far_is_told_so(subscription: Subscription, owner: User, viewer: User) -> None:
    roles = {Role.OWNER, Role.BILLING}
    with entered_by(owner, subscription.id, roles=roles) as membership:
        assert membership.role == Role.OWNER
    with pytest.raises(NotAllowed) as refused, entered_by(viewer, subscription.id, roles=roles):
        pass
    assert str(refused.value) == "This is for the owner or billing of a subscription, and you are its viewer."


def test_a_strangers_role_is_not_looked_at(subscription: Subscription, stranger: User) -> None:
    with pytest.raises(NotFound), entered_by(stranger, subscription.id, roles={Role.OWNER}):
        pass
    assert membership_of(stranger, memberships_of(stranger)[0].subscription_id).role == Role.OWNER


def test_who_enters_sees_that_subscription_and_afterwards_none(subscription: Subscription, owner: User, stranger: User) -> None:
    with entered_by(owner, subscription.id) as membership:
        assert membership.subscription.name == subscription.name
        assert number("SELECT count(*) FROM membership") == 1
    assert stranger.pk
    assert [number(f"SELECT count(*) FROM {table}") for table in SUBSCRIPTION_TABLES] == [0] * len(SUBSCRIPTION_TABLES)
