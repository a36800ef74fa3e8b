"""Calls that race over several worker processes: one statement decides who makes the data (SAFETY: Once in five minutes)."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.bookkeeping import usage
from tests.conftest import TestDatabase
from tests.figures import Note
from tests.links import racing
from tests.links.caller import Answer, Caller
from tests.links.made_links import Made, make_links, set_gates
from tests.links.serving import PACE_SECONDS, LinkServer

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]
_ROUNDS = 50
_SLEEPERS, _SLEEPERS_AT_ONCE, _CALLERS = 1000, 20, 8
_ATTEMPTS = 5


def test_of_32_racing_callers_exactly_one_makes_the_data(
    link_server: LinkServer, subscription: Subscription, take: Take, figure: Note
) -> None:
    take([usage()])
    rounds = [Counter(statuses) for statuses in racing.race(link_server.port, make_links(subscription, _ROUNDS))]
    winners = [statuses[200] for statuses in rounds]
    figure(
        f"{racing.CALLERS} callers over {racing.PROCESSES} processes: winners a round", f"{set(winners)} in {_ROUNDS} rounds"
    )
    assert winners == [1] * _ROUNDS
    assert all(statuses == {200: 1, 429: racing.CALLERS - 1} for statuses in rounds)


@pytest.mark.slow
def test_whoever_sleeps_retry_after_gets_in(
    link_server: LinkServer, database: TestDatabase, subscription: Subscription, take: Take, figure: Note
) -> None:
    take([usage()])
    links = make_links(subscription, _SLEEPERS)
    some = [links[first : first + _SLEEPERS_AT_ONCE] for first in range(0, _SLEEPERS, _SLEEPERS_AT_ONCE)]
    with ThreadPoolExecutor(_CALLERS) as callers:
        done = callers.map(lambda links: sleep_and_call(link_server.port, database, links), some)
        answers = [answer for answers in done for answer in answers]
    figure("Sleepers of Retry-After that were let in", f"{answers.count(200)} of {len(answers)}")
    assert answers == [200] * _SLEEPERS


def sleep_and_call(port: int, database: TestDatabase, links: list[Made]) -> list[int]:
    """What links answer whoever heard that it was too early, and slept what that told."""
    set_gates(database, links, f"next_allowed_at = clock_timestamp() + interval '{PACE_SECONDS} seconds'")
    with Caller(port) as caller:
        refused = [(refusal_of(caller, link), time.monotonic()) for link in links]
        after = []
        for link, (answer, answered_at) in zip(links, refused, strict=True):
            time.sleep(max(0.0, answered_at + answer.retry_after - time.monotonic()))
            after.append(caller.call(*link).status)
    return after


def refusal_of(caller: Caller, link: Made) -> Answer:
    """On a slow machine the pace may have passed before the first call: that one is granted, and the next is too early."""
    for _ in range(_ATTEMPTS):
        answer = caller.call(*link)
        if answer.status == 429:
            return answer
    raise AssertionError(f"The link went on to answer {answer.status}.")
