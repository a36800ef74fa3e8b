"""A slot of which nobody got data is given back: at once where a build fails, within the lease where its worker is killed."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from tests.bookkeeping import usage
from tests.conftest import TestDatabase
from tests.figures import Note
from tests.links.caller import Answer, Caller
from tests.links.made_links import Made, make_link
from tests.links.serving import LinkServer, Serve
from tests.sessions import sessions_in, wait_until

from tallybook.links.pace import LEASE_SECONDS
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]
# Longer than the test, so that only the lease can open the slot.
_LONG_PACE = "300"
_SOONEST_SECONDS, _PATIENCE_SECONDS = 1, 15


def test_a_killed_worker_gives_the_slot_back_within_the_lease(
    serve_links: Serve, database: TestDatabase, subscription: Subscription, take: Take, figure: Note
) -> None:
    take([usage()])
    link = make_link(subscription)
    server = serve_links(TALLYBOOK_LINK_PACE_SECONDS=_LONG_PACE)
    with (
        psycopg.connect(database.superuser_url) as session,
        Caller(server.port) as caller,
        ThreadPoolExecutor(1) as threads,
    ):
        session.execute("LOCK TABLE usage_item IN ACCESS EXCLUSIVE MODE")
        worker = server.worker_of(caller.own_port)
        building = threads.submit(caller.call_once, *link)
        wait_until(lambda: sessions_in(database.superuser_url, "usage_item", waiting=True) == 1)
        worker.kill()
        killed_at = time.monotonic()
        assert isinstance(building.exception(), ConnectionError)
    early = call(server, link)
    assert early.status == 429
    answers = [early]
    while answers[-1].status == 429 and time.monotonic() - killed_at < LEASE_SECONDS + _PATIENCE_SECONDS:
        time.sleep(_SOONEST_SECONDS)
        answers.append(call(server, link))
    figure("Seconds after which a killed worker's slot was open", round(time.monotonic() - killed_at, 1))
    assert answers[-1].status == 200
    assert call(server, link).status == 429


def test_a_report_that_takes_too_long_gives_the_slot_back(
    serve_links: Serve, database: TestDatabase, subscription: Subscription, take: Take
) -> None:
    take([usage()])
    link = make_link(subscription)
    server = serve_links(workers=1, TALLYBOOK_LINK_PACE_SECONDS=_LONG_PACE, TALLYBOOK_REPORT_TIMEOUT_SECONDS="1")
    with psycopg.connect(database.superuser_url) as session:
        session.execute("LOCK TABLE usage_item IN ACCESS EXCLUSIVE MODE")
        late = call(server, link)
    assert (late.status, late.problem) == (503, "server-busy")
    assert late.headers["content-type"] == "application/problem+json"
    assert call(server, link).status == 200


def call(server: LinkServer, link: Made) -> Answer:
    with Caller(server.port) as caller:
        return caller.call(*link)
