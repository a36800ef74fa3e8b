"""What the page People shows: who has which role, sorted and searched, and the open invitations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils import timezone

from tallybook.console.arranging import ROWS_A_PAGE, Arrangement, Head
from tallybook.console.wording import local_time
from tallybook.database.folding import fold_name
from tallybook.subscriptions.invitations import open_invitations
from tallybook.subscriptions.models import Invitation, Membership, Role, Subscription
from tallybook.subscriptions.people import list_people
from tallybook.subscriptions.totp import who_have_totp

ROLE_WORDS = {
    Role.OWNER: "People and everything else",
    Role.BILLING: "Usage and imports, customers, billed users, report links, audit",
    Role.VIEWER: "Usage, customers, billed users and report links, to look at",
}
DONE = {
    "role": "The role is changed. It counts from that person’s next click on.",  # noqa: RUF001 - a real apostrophe
    "role-same": "That is the role already; nothing was changed.",
    "removed": "The person is removed, from their next click on. Their account stays.",
    "revoked": "The invitation is revoked. Its link no longer works.",
}
_ROLES_IN_ORDER = tuple(Role)


@dataclass(frozen=True)
class Person:
    """A row of the list."""

    membership: Membership
    has_totp: bool
    is_self: bool

    @property
    def may_do(self) -> str:
        return ROLE_WORDS[Role(self.membership.role)]


@dataclass(frozen=True)
class OpenInvitation:
    invitation: Invitation
    subscription: Subscription

    @property
    def has_expired(self) -> bool:
        return self.invitation.expires_at <= timezone.now()

    @property
    def expires(self) -> str:
        return local_time(self.invitation.expires_at, self.subscription.zone)

    @property
    def made(self) -> str:
        return local_time(self.invitation.made_at, self.subscription.zone)


_SORTS: dict[str, Callable[[Person], Any]] = {
    "name": lambda one: one.membership.user.email,
    "role": lambda one: _ROLES_IN_ORDER.index(Role(one.membership.role)),
    "totp": lambda one: one.has_totp,
}


@dataclass(frozen=True, kw_only=True)
class PeoplePage:
    """Read in one transaction."""

    subscription: Subscription
    every: list[Person]
    arrangement: Arrangement
    role: str
    pages: Page[Person]
    invitations: list[OpenInvitation]

    @property
    def heads(self) -> list[Head]:
        labels = (("name", "E-mail address", "name"), ("role", "Role", ""), ("totp", "TOTP", "wide"))
        return [Head(column, label, kind, self.arrangement) for column, label, kind in labels]

    @property
    def roles(self) -> list[tuple[str, str, int]]:
        """What the list can be narrowed to: value, label, how many."""
        counted = [(str(role), role.label, sum(one.membership.role == role for one in self.every)) for role in Role]
        return [("", "All", len(self.every)), *counted]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.arrangement.search.strip() or self.role)


def read_people_page(membership: Membership, query: QueryDict) -> PeoplePage:
    """Call inside the subscription's scope."""
    subscription, arrangement, role = membership.subscription, Arrangement.of(query), query.get("role", "")
    people = list_people(subscription)
    protected = who_have_totp(one.user_id for one in people)
    every = [Person(one, one.user_id in protected, one.user_id == membership.user_id) for one in people]
    wanted = [
        one
        for one in every
        if role in ("", one.membership.role) and fold_name(arrangement.search) in fold_name(one.membership.user.email)
    ]
    wanted.sort(key=_SORTS.get(arrangement.column, _SORTS["name"]), reverse=arrangement.descending)
    return PeoplePage(
        subscription=subscription,
        every=every,
        arrangement=arrangement,
        role=role,
        pages=Paginator(wanted, ROWS_A_PAGE).get_page(arrangement.page),
        invitations=[OpenInvitation(one, subscription) for one in open_invitations(subscription)],
    )
