"""Workers of one server share no connection: what each has yet to write when the server stops is written, by it alone."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from tests.bookkeeping import usage
from tests.conftest import TestDatabase
from tests.links.caller import Caller
from tests.links.made_links import Made, make_link
from tests.links.serving import LinkServer, serving

from tallybook.database.queries import number
from tallybook.database.scope import subscription_scope
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

_ROUNDS = 5
_MOST_CALLS = 60


def test_calls_of_both_workers_are_written_when_the_server_stops(
    database: TestDatabase,
    tmp_path_factory: pytest.TempPathFactory,
    subscription: Subscription,
    take: Callable[..., Summary],
) -> None:
    take([usage()])
    link, made = make_link(subscription), 0
    for _ in range(_ROUNDS):
        with serving(database, tmp_path_factory.mktemp("server"), TALLYBOOK_LINK_PACE_SECONDS="300") as server:
            made += _call_both_workers(server, link)
        assert "could not be logged" not in server.log.read_text()
    with subscription_scope(subscription.id):
        assert number("SELECT sum(calls) FROM link_call WHERE link_id = %(link)s", {"link": link.id}) == made


def _call_both_workers(server: LinkServer, link: Made) -> int:
    """Call from ever more connections until each worker has answered one; says how often."""
    calls, called = 0, set[int]()
    with ExitStack() as open_connections:
        while len(called) < server.worker_count:
            assert calls < _MOST_CALLS
            caller = open_connections.enter_context(Caller(server.port))
            caller.call_once(*link)
            called.add(server.worker_of(caller.own_port).pid)
            calls += 1
    return calls
