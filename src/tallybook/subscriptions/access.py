"""Who may reach which subscription: the only way from a person to a subscription's rows."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from tallybook.database.scope import person_scope, subscription_scope
from tallybook.errors import NotAllowed, NotFound
from tallybook.subscriptions.models import Membership, Role, User

EVERY_ROLE = frozenset(Role)
READS_AUDIT_LOG = frozenset({Role.OWNER, Role.BILLING})
CHANGES_LINKS = frozenset({Role.OWNER, Role.BILLING})
IMPORTS_USAGE = frozenset({Role.OWNER, Role.BILLING})
CHANGES_CUSTOMERS = frozenset({Role.OWNER, Role.BILLING})
DECIDES_ABOUT_PEOPLE = frozenset({Role.OWNER, Role.BILLING})
MANAGES_ROLES = frozenset({Role.OWNER})


def memberships_of(user: User) -> list[Membership]:
    """The person's memberships with their subscriptions, by name."""
    with person_scope(user.id):
        return list(
            Membership.objects.filter(user_id=user.id).select_related("subscription").order_by("subscription__name_folded")
        )


def membership_of(user: User, subscription_id: UUID) -> Membership:
    """The person's membership in one subscription, with the subscription.

    Raises:
        NotFound: there is no such subscription, or the person has no part in it; both sound the same.
    """
    with person_scope(user.id):
        found = (
            Membership.objects.filter(user_id=user.id, subscription_id=subscription_id).select_related("subscription").first()
        )
    if found is None:
        raise NotFound("There is no such subscription.")
    return found


@contextmanager
def entered_by(user: User, subscription_id: UUID, roles: Collection[Role] = EVERY_ROLE) -> Iterator[Membership]:
    """Check that the person belongs to the subscription, then open a transaction that sees its rows and no others.

    Args:
        user: who asks.
        subscription_id: where they want to go.
        roles: one of them is needed.

    Raises:
        NotFound: see `membership_of`.
        NotAllowed: the person belongs to it, in another role.
    """
    membership = membership_of(user, subscription_id)
    if membership.role not in roles:
        needed = " or ".join(role.value for role in Role if role in roles)
        raise NotAllowed(f"This is for the {needed} of a subscription, and you are its {membership.role}.")
    with subscription_scope(subscription_id):
        yield membership
