"""All routes times all roles: the routes are read from the program, and one that is not in the table fails.

Whoever may not do something in a subscription of theirs gets 403, whoever does not belong to it 404, and whoever is not signed
in is asked to sign in. Things of another subscription answer exactly like things that do not exist.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.console.cast import Browse, words
from tests.console.route_table import ABSENT, OF_SUBSCRIPTIONS, OPEN, SIGNED_IN, TABLE, B, Cast, O, Route, V, cast_of, routes

from tallybook.subscriptions.models import Role, Subscription, User


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
