"""All pages, by the routes of the program: what they ask of the database, and how large they are, with many customers."""

from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.bookkeeping import OPERATOR, customer_ids
from tests.console.cast import Browse, fill_customers
from tests.console.link_cast import make_link
from tests.console.people_cast import crowd
from tests.console.route_table import PAGES, cast_of

from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import grant_role

FEW, MANY = 40, 2000
MOST_BYTES = 100_000
MOST_QUERIES = 60
# The first time, in which a month is counted and what was found is kept.
MOST_QUERIES_AT_FIRST = 90


def test_no_page_asks_more_for_two_thousand_customers_than_for_forty(
    browse: Browse, subscription: Subscription, other_subscription: Subscription, owner: User, tmp_path: Path
) -> None:
    grant_role(other_subscription, owner, Role.OWNER, actor=OPERATOR)
    few = _asked(browse(owner), subscription, FEW, tmp_path)
    many = _asked(browse(owner), other_subscription, MANY, tmp_path)
    assert {page for page in few if few[page] != many[page]} == set(), (few, many)
    assert max(first for first, _ in few.values()) <= MOST_QUERIES_AT_FIRST
    assert max(again for _, again in few.values()) <= MOST_QUERIES


def _asked(client: Client, subscription: Subscription, number: int, folder: Path) -> dict[str, tuple[int, int]]:
    """Of each page the number of its queries, the first time and once more."""
    fill_customers(subscription, folder, number)
    crowd(subscription, number)
    make_link(subscription, customer_ids=tuple(customer_ids(subscription).values()))
    cast = cast_of(subscription, folder)
    # The browser is noted once a minute.
    client.get("/account/")
    asked = {}
    for route in PAGES:
        asked[route.name] = _queries(client, cast.page(route)), _queries(client, cast.page(route))
    return asked


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, headers={"accept-encoding": "gzip"})
    assert response.status_code == 200, address
    assert len(response.content) < MOST_BYTES, address
    return len(queries)
