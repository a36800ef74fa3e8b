"""Whatever takes a right away holds for every call that begins once it is committed, in all worker processes (SAFETY: Keys)."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http import HTTPStatus

import pytest
from tests.bookkeeping import OPERATOR, usage
from tests.figures import Note
from tests.links.caller import Caller
from tests.links.made_links import Made, draft, make_links
from tests.links.serving import LinkServer

from tallybook.database.scope import subscription_scope
from tallybook.links import links
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

_ROUNDS_OF_A_KIND = 250
_LONGEST_HEAD_START_SECONDS = 0.006


@pytest.mark.slow
def test_nothing_is_granted_after_the_commit(
    link_server: LinkServer, subscription: Subscription, take: Callable[..., Summary], figure: Note
) -> None:
    take([usage()])
    during: list[tuple[int, int]] = []
    after: list[tuple[int, int]] = []
    with (
        a_caller_a_worker(link_server) as early,
        a_caller_a_worker(link_server) as late,
        ThreadPoolExecutor(2 * len(early)) as threads,
    ):
        for link, refusal, withdraw in withdrawals(subscription):
            racing = [threads.submit(caller.call, *link) for caller in early]
            time.sleep(random.uniform(0, _LONGEST_HEAD_START_SECONDS))  # noqa: S311 - no secret
            with subscription_scope(subscription.id):
                withdraw()
            after += ((call.status, refusal) for call in threads.map(lambda caller, link=link: caller.call(*link), late))
            during += [(call.result().status, refusal) for call in racing]
    rounds = 4 * _ROUNDS_OF_A_KIND
    won, lost = (
        sum(status == wanted for status, wanted in pairs) for pairs in (((one, HTTPStatus.OK) for one, _ in during), during)
    )
    figure("Calls that raced a withdrawal", f"{won} granted and {lost} refused for it, in {rounds} rounds")
    granted = sum(status == HTTPStatus.OK for status, _ in after)
    figure("Calls after the commit of a withdrawal", f"{granted} of {len(after)} granted, in {rounds} rounds")
    assert len(after) == 2 * rounds
    assert all(status == refusal for status, refusal in after)
    assert won
    assert lost


def withdrawals(subscription: Subscription) -> Iterator[tuple[Made, int, Callable[[], object]]]:
    """The link of each round, which nobody has called yet; the status of a refusal; and what takes the right away."""
    kinds = (
        (revoke, HTTPStatus.GONE),
        (pause, HTTPStatus.FORBIDDEN),
        (narrow, HTTPStatus.FORBIDDEN),
        (rotate, HTTPStatus.UNAUTHORIZED),
    )
    made = make_links(subscription, len(kinds) * _ROUNDS_OF_A_KIND)
    for withdraw, refusal in kinds:
        for _ in range(_ROUNDS_OF_A_KIND):
            link = made.pop()
            yield link, refusal, partial(withdraw, subscription, link)


def revoke(subscription: Subscription, link: Made) -> None:
    links.revoke_link(subscription, link.id, actor=OPERATOR)


def pause(subscription: Subscription, link: Made) -> None:
    links.pause_link(subscription, link.id, actor=OPERATOR)


def narrow(subscription: Subscription, link: Made) -> None:
    links.change_link(subscription, link.id, draft(allowed=("203.0.113.9",)), actor=OPERATOR)


def rotate(subscription: Subscription, link: Made) -> None:
    links.rotate_key(subscription, link.id, overlap=timedelta(), actor=OPERATOR)


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
