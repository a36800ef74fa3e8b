"""All routes times all roles: the routes are read from the program, and one that is not in the table fails.

Whoever may not do something in a subscription of theirs gets 403, whoever does not belong to it 404, and whoever is not signed
in is asked to sign in. Things of another subscription answer exactly like things that do not exist.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.bookkeeping import OPERATOR, customer_ids, query, take, usage
from tests.conftest import PASSWORD
from tests.console.cast import Browse, words
from tests.console.link_cast import make_link

from tallybook.audit.acting import Actor
from tallybook.database.scope import subscription_scope
from tallybook.metering.uploads import receive
from tallybook.subscriptions.customers import alias_customer
from tallybook.subscriptions.invitations import invite
from tallybook.subscriptions.models import Invitation, Role, Subscription, User
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


@dataclass(frozen=True)
class Cast:
    """A subscription with one of everything that an address can name."""

    subscription: Subscription
    things: dict[str, object]

    def address(self, route: Route, **others: object) -> str:
        values = {name: (self.things | others)[name] for name in route.parameters if name != "subscription_id"}
        return reverse(f"console:{route.name}", kwargs={"subscription_id": self.subscription.id} | values)


def cast_of(subscription: Subscription, folder: Path) -> Cast:
    take(subscription, [usage(object_details="ann@a.example"), usage(object_name="Bad", protected_bytes="x")], folder)
    link, _ = make_link(subscription)
    member = create_user(f"member.{uuid4()}@msp.example", PASSWORD)
    grant_role(subscription, member, Role.OWNER, actor=OPERATOR)
    acting = Actor.person(member.id, member.email, "")
    with subscription_scope(subscription.id):
        upload = receive(subscription, "usage.csv", [b"Month\n"], actor=OPERATOR)
        alias_customer(subscription, "Anchor Ltd", "Anchor Group", actor=OPERATOR)
        invite(subscription, f"new.{uuid4()}@msp.example", Role.VIEWER, by=member, actor=acting)
        invitation_id = Invitation.objects.get(subscription_id=subscription.id).id
    (customer_id,) = customer_ids(subscription).values()
    things = {"customer_id": customer_id, "link_id": link.saved.id, "upload_id": upload.id, "number": 1}
    ((object_key,),) = query(subscription, "SELECT object_key FROM usage_item")
    things |= {"object_key": object_key}
    things |= {"user_id": member.id, "invitation_id": invitation_id}
    return Cast(subscription, things)


@pytest.fixture
def cast(subscription: Subscription, tmp_path: Path) -> Cast:
    return cast_of(subscription, tmp_path)


@pytest.fixture
def foreign(other_subscription: Subscription, tmp_path: Path) -> Cast:
    return cast_of(other_subscription, tmp_path)


def test_every_route_is_in_the_table() -> None:
    found = list(routes())
    names = [route.name for route in found]
    assert len(set(names)) == len(names)
    assert {route.name for route in OF_SUBSCRIPTIONS} == set(TABLE)
    assert {route.name for route in found} - set(TABLE) == OPEN | SIGNED_IN


Send = Callable[[Client, str], Any]


def _get(client: Client, address: str) -> Any:  # noqa: ANN401 - a response of Django's client
    response = client.get(address)
    if response.streaming:
        response.getvalue()
        response.close()
    return response


def _post(client: Client, address: str) -> Any:  # noqa: ANN401 - likewise
    return client.post(address.partition("?")[0])


@pytest.mark.parametrize("route", OF_SUBSCRIPTIONS, ids=lambda route: route.name)
def test_who_may_do_what(browse: Browse, cast: Cast, people: dict[Role, User], stranger: User, route: Route) -> None:
    access = TABLE[route.name]
    address = cast.address(route) + access.query
    methods: list[tuple[Send, set[Role]]] = [(_get, access.get), (_post, access.post)]
    for send, allowed in methods:
        anonymous = send(browse(None), address)
        assert (anonymous.status_code, anonymous["Location"][:9]) == (302, "/sign-in/")
        if not allowed:
            assert {send(browse(person), address).status_code for person in (*people.values(), stranger)} == {405}
            continue
        assert send(browse(stranger), address).status_code == 404
        # The owner last: what the route does is then done once.
        for role in (V, B, O):
            status = send(browse(people[role]), address).status_code
            if role not in allowed:
                assert status == 403, (route.name, send.__name__, role)
            elif route.name not in ABSENT:
                assert status != 403, (route.name, send.__name__, role)
                assert send is _post or status in (200, 400), (route.name, role, status)


@pytest.mark.parametrize(
    "route", [route for route in OF_SUBSCRIPTIONS if len(route.parameters) > 1], ids=lambda route: route.name
)
def test_a_foreign_thing_answers_like_a_missing_one(
    browse: Browse, cast: Cast, owner: User, foreign: Cast, route: Route
) -> None:
    access = TABLE[route.name]
    missing = {name: 77 if name == "number" else uuid4() for name in foreign.things}
    # The other subscription's first import has the number of one's own.
    things = foreign.things | {"number": 78}
    client = browse(owner)
    for send, allowed in ((_get, access.get), (_post, access.post)):
        if allowed:
            answers = [send(client, cast.address(route, **values) + access.query) for values in (things, missing)]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert words(answers[0]) == words(answers[1])


@pytest.fixture
def people(owner: User, viewer: User, clerk: User) -> dict[Role, User]:
    return {O: owner, B: clerk, V: viewer}
