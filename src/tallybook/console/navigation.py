"""What the frame of every page shows: who is signed in, which subscription it is, and which others there are."""

from functools import cached_property
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from tallybook.subscriptions.access import memberships_of
from tallybook.subscriptions.models import Subscription, User


def person(request: HttpRequest) -> User:
    """Who is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class Navigation:
    """Asked for by templates; it asks the database only then."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def subscriptions(self) -> list[Subscription]:
        """Those of the person, by name."""
        if not isinstance(self._request.user, User):
            return []
        return [membership.subscription for membership in memberships_of(self._request.user)]

    @property
    def current(self) -> Subscription | None:
        """The subscription in the address if it is the person's, else their first one.

        A page that refuses a foreign subscription thus looks like one that refuses a missing one.
        """
        own = {subscription.id: subscription for subscription in self.subscriptions}
        return own.get(self._named, next(iter(own.values()), None))

    @property
    def _named(self) -> UUID:
        match = self._request.resolver_match
        named = match.kwargs.get("subscription_id") if match else None
        return named if isinstance(named, UUID) else UUID(int=0)


def navigation(request: HttpRequest) -> dict[str, Navigation]:
    """Context processor."""
    return {"navigation": Navigation(request)}
