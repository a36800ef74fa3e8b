"""All routes of the program, read from it, who may use them, and a subscription with one of everything they name."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.bookkeeping import OPERATOR, customer_ids, query, take, usage
from tests.conftest import PASSWORD
from tests.console.link_cast import make_link

from tallybook.audit.acting import Actor
from tallybook.database.scope import subscription_scope
from tallybook.metering.uploads import receive
from tallybook.subscriptions.customers import alias_customer
from tallybook.subscriptions.invitations import invite
from tallybook.subscriptions.models import Role, Subscription
from tallybook.subscriptions.people import create_user, grant_role

O, B, V = Role.OWNER, Role.BILLING, Role.VIEWER  # noqa: E741 - columns of a table
ALL, CLERKS, OWNERS = {O, B, V}, {O, B}, {O}


@dataclass(frozen=True)
class Access:
    """Who may read a route and who may post to it; nobody where the method is not answered."""

    get: set[Role] = field(default_factory=set)
    post: set[Role] = field(default_factory=set)
    query: str = ""


READ = Access(get=ALL)
# Everything under /subscriptions/<id>/. A new route belongs in here, and with it the answer to who may use it.
TABLE = {
    "overview": READ,
    "usage": READ,
    "export": Access(get=ALL, post=ALL),
    "export-count": Access(get=ALL, post=ALL),
    "export-download": Access(get=ALL, post=ALL, query="?from=2026-10&to=2026-10"),
    "customers": READ,
    "customers-objects": READ,
    "customer": READ,
    "customer-edit": Access(get=CLERKS, post=CLERKS),
    "customer-alias-add": Access(post=CLERKS),
    "customer-alias-remove": Access(get=CLERKS, post=CLERKS, query="?alias=Anchor+Group"),
    "customer-objects": READ,
    "customer-object": READ,
    "search": Access(get=ALL, query="?q=ann"),
    "billed": READ,
    "billed-customer": READ,
    "billed-person": Access(get=ALL, query="?product=2&identity=ann@a.example&month=2026-10"),
    "billed-what-if": READ,
    "billed-what-if-download": READ,
    "billed-in-doubt": READ,
    "decide": Access(post=CLERKS),
    "undo": Access(post=CLERKS),
    "include-listed": Access(post=CLERKS),
    "exclude": Access(post=CLERKS),
    "include": Access(post=CLERKS),
    "imports": READ,
    "import-new": Access(get=CLERKS, post=CLERKS),
    "upload": Access(get=CLERKS),
    "upload-check": Access(post=CLERKS),
    "upload-import": Access(post=CLERKS),
    "upload-remove": Access(post=CLERKS),
    "upload-refused": Access(get=CLERKS),
    "import": READ,
    "import-undo": Access(get=CLERKS, post=CLERKS),
    "people": Access(get=OWNERS),
    "invite": Access(get=OWNERS, post=OWNERS),
    "invitation-revoke": Access(post=OWNERS),
    "people-role": Access(get=OWNERS, post=OWNERS),
    "people-remove": Access(get=OWNERS, post=OWNERS),
    "audit": Access(get=CLERKS),
    "audit-download": Access(get=CLERKS),
    "links": READ,
    "link-new": Access(get=CLERKS, post=CLERKS),
    "link": READ,
    "link-edit": Access(get=CLERKS, post=CLERKS),
    "link-postman": READ,
    "link-pause": Access(post=CLERKS),
    "link-resume": Access(post=CLERKS),
    "link-rotate": Access(get=CLERKS, post=CLERKS),
    "link-revoke": Access(get=CLERKS, post=CLERKS),
}
# Routes without a subscription in their address: for anybody, or for whoever is signed in.
OPEN = {
    "account_login",
    "mfa_authenticate",
    "problems",
    "problem",
    "handbook-index",
    "handbook-image",
    "handbook",
    "favicon",
    "api-docs",
    "openapi",
    "report-link",
    "alive",
    "ready",
    # Whoever has the link; it carries the subscription's id, and a secret.
    "invitation",
}
SIGNED_IN = {
    "account_logout",
    "home",
    "confirm",
    "account",
    "account-password",
    "sessions-end",
    "session-end",
    "totp-on",
    "totp-off",
    "recovery-codes",
}
# What is kept of a subscription for its page to be found, and what is not there in this cast.
ABSENT = {"upload-refused"}
# Files, and a part of a page.
NOT_PAGES = ABSENT | {"export-count", "export-download", "billed-what-if-download", "audit-download", "link-postman"}


class Route(NamedTuple):
    name: str
    parameters: tuple[str, ...]


def routes(patterns: list[Any] | None = None, above: tuple[str, ...] = ()) -> Iterator[Route]:
    """Every route of the program, with the names of the values in its address."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        parameters = (*above, *one.pattern.converters)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, parameters)
        else:
            assert isinstance(one, URLPattern)
            yield Route(one.name or one.callback.__name__, parameters)


OF_SUBSCRIPTIONS = [route for route in routes() if "subscription_id" in route.parameters and route.name not in OPEN]
PAGES = [route for route in OF_SUBSCRIPTIONS if TABLE[route.name].get and route.name not in NOT_PAGES]


@dataclass(frozen=True)
class Cast:
    """A subscription with one of everything that an address can name."""

    subscription: Subscription
    things: dict[str, object]

    def address(self, route: Route, **others: object) -> str:
        values = {name: (self.things | others)[name] for name in route.parameters if name != "subscription_id"}
        return reverse(f"console:{route.name}", kwargs={"subscription_id": self.subscription.id} | values)

    def page(self, route: Route) -> str:
        """The address of a page, with what its route asks for."""
        return self.address(route) + TABLE[route.name].query


def cast_of(subscription: Subscription, folder: Path) -> Cast:
    take(subscription, [usage(object_details="ann@a.example"), usage(object_name="Bad", protected_bytes="x")], folder)
    link, _ = make_link(subscription)
    member = create_user(f"member.{uuid4()}@msp.example", PASSWORD)
    grant_role(subscription, member, Role.OWNER, actor=OPERATOR)
    acting = Actor.person(member.id, member.email, "")
    with subscription_scope(subscription.id):
        upload = receive(subscription, "usage.csv", [b"Month\n"], actor=OPERATOR)
        alias_customer(subscription, "Anchor Ltd", "Anchor Group", actor=OPERATOR)
        invited = invite(subscription, f"new.{uuid4()}@msp.example", Role.VIEWER, by=member, actor=acting)
    customer_id = customer_ids(subscription)["Anchor Ltd"]
    things = {"customer_id": customer_id, "link_id": link.saved.id, "upload_id": upload.id, "number": 1}
    ((object_key,),) = query(subscription, "SELECT object_key FROM usage_item WHERE customer_id = %s LIMIT 1", str(customer_id))
    things |= {"object_key": object_key}
    things |= {"user_id": member.id, "invitation_id": invited.invitation.id}
    return Cast(subscription, things)
