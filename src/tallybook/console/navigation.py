"""What the frame of every page shows: who is signed in, which subscription it is, and which others there are."""

from collections.abc import Collection
from functools import cached_property
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from tallybook.audit.acting import Actor
from tallybook.console.handbook import page_about
from tallybook.subscriptions.access import CHANGES_LINKS, IMPORTS_USAGE, MANAGES_ROLES, READS_AUDIT_LOG, memberships_of
from tallybook.subscriptions.models import Membership, Role, Subscription, User
from tallybook.web.client_address import address_text


def person(request: HttpRequest) -> User:
    """Who is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    """Who is signed in, and where from, for the audit log."""
    user = person(request)
    return Actor.person(user.id, user.email, address_text(request))


class Navigation:
    """Asked for by templates; it asks the database only then."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _memberships(self) -> list[Membership]:
        return memberships_of(self._request.user) if isinstance(self._request.user, User) else []

    @property
    def subscriptions(self) -> list[Subscription]:
        """Those of the person, by name."""
        return [membership.subscription for membership in self._memberships]

    @property
    def current(self) -> Subscription | None:
        """The subscription in the address if it is the person's, else their first one.

        A page that refuses a foreign subscription thus looks like one that refuses a missing one.
        """
        return self._membership.subscription if self._membership else None

    @property
    def reads_audit_log(self) -> bool:
        """Whether the person may read the current subscription's."""
        return self._may(READS_AUDIT_LOG)

    @property
    def help_address(self) -> str:
        """Of what the documentation says about the page."""
        match = self._request.resolver_match
        return page_about(match.url_name or "" if match else "")

    @property
    def imports_usage(self) -> bool:
        """Whether the person may import usage into the current subscription."""
        return self._may(IMPORTS_USAGE)

    @property
    def changes_links(self) -> bool:
        """Whether the person may make and change report links in the current subscription."""
        return self._may(CHANGES_LINKS)

    @property
    def manages_roles(self) -> bool:
        """Whether the person decides who may do what in the current subscription."""
        return self._may(MANAGES_ROLES)

    @property
    def searched(self) -> str:
        """What the box for searching holds: what was searched for, on the page that tells of it."""
        match = self._request.resolver_match
        return self._request.GET.get("q", "") if match and match.view_name == "console:search" else ""

    def _may(self, roles: Collection[Role]) -> bool:
        return self._membership is not None and self._membership.role in roles

    @cached_property
    def _membership(self) -> Membership | None:
        own = {membership.subscription_id: membership for membership in self._memberships}
        return own.get(self._named, next(iter(own.values()), None))

    @property
    def _named(self) -> UUID:
        match = self._request.resolver_match
        named = match.kwargs.get("subscription_id") if match else None
        return named if isinstance(named, UUID) else UUID(int=0)


def navigation(request: HttpRequest) -> dict[str, Navigation]:
    """Context processor."""
    return {"navigation": Navigation(request)}
