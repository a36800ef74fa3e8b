"""Whatever takes a right away holds for every call that begins once it is committed, in all worker processes (SAFETY: Keys)."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from tests.bookkeeping import OPERATOR, usage
from tests.figures import Note
from tests.links.caller import Caller
from tests.links.made_links import Made, draft, make_link, make_links
from tests.links.serving import LinkServer

from tallybook.database.scope import subscription_scope
from tallybook.links import links
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

_ROUNDS_OF_A_KIND = 25
_LONGEST_HEAD_START_SECONDS = 0.006


def test_nothing_is_granted_after_the_commit(
    link_server: LinkServer, subscription: Subscription, take: Callable[..., Summary], figure: Note
) -> None:
    take([usage()])
    during: list[int] = []
    after: list[int] = []
    with (
        a_caller_a_worker(link_server) as early,
        a_caller_a_worker(link_server) as late,
        ThreadPoolExecutor(2 * len(early)) as threads,
    ):
        for link, method, withdraw in withdrawals(subscription):
            racing = [threads.submit(caller.call, *link, method) for caller in early]
            time.sleep(random.uniform(0, _LONGEST_HEAD_START_SECONDS))  # noqa: S311 - no secret
            with subscription_scope(subscription.id):
                withdraw()
            after += threads.map(lambda caller, link=link, method=method: caller.call(*link, method).status, late)
            during += [call.result().status for call in racing]
    rounds = 4 * _ROUNDS_OF_A_KIND
    figure("Calls that raced a withdrawal", f"{during.count(200)} of {len(during)} granted, in {rounds} rounds")
    figure("Calls after the commit of a withdrawal", f"{after.count(200)} of {len(after)} granted, in {rounds} rounds")
    assert len(after) == 2 * rounds
    assert set(after) == {401, 403, 410}
    assert 0 < during.count(200) < len(during)


def withdrawals(subscription: Subscription) -> Iterator[tuple[Made, str, Callable[[], object]]]:
    """The link of each round, how it is called, and what takes the right away. HEAD is granted without a wait in between."""
    for link in make_links(subscription, _ROUNDS_OF_A_KIND):
        yield link, "GET", partial(links.revoke_link, subscription, link.id, actor=OPERATOR)
    link = make_link(subscription)
    for _ in range(_ROUNDS_OF_A_KIND):
        yield link, "HEAD", partial(links.pause_link, subscription, link.id, actor=OPERATOR)
        with subscription_scope(subscription.id):
            links.resume_link(subscription, link.id, actor=OPERATOR)
    anyone, somebody = draft(), draft(allowed=("203.0.113.9",))
    for _ in range(_ROUNDS_OF_A_KIND):
        yield link, "HEAD", partial(links.change_link, subscription, link.id, somebody, actor=OPERATOR)
        with subscription_scope(subscription.id):
            links.change_link(subscription, link.id, anyone, actor=OPERATOR)
    key = link.key
    for _ in range(_ROUNDS_OF_A_KIND):
        fresh: list[str] = []
        yield Made(link.id, key), "HEAD", partial(rotate, subscription, link, fresh)
        (key,) = fresh


def rotate(subscription: Subscription, link: Made, fresh: list[str]) -> None:
    _, key = links.rotate_key(subscription, link.id, overlap=timedelta(), actor=OPERATOR)
    fresh.append(key.text)


@contextmanager
def a_caller_a_worker(server: LinkServer) -> Iterator[list[Caller]]:
    """A connection to each worker process."""
    found: dict[int, Caller] = {}
    while len(found) < server.worker_count:
        caller = Caller(server.port)
        if found.setdefault(server.worker_of(caller.own_port).pid, caller) is not caller:
            caller.close()
    yield list(found.values())
    for caller in found.values():
        caller.close()
