"""Callers that race from several processes. Imports nothing of the program, so that a process of callers is there at once."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from uuid import UUID

from tests.links.caller import Caller

PROCESSES, CALLERS_A_PROCESS = 4, 8
CALLERS = PROCESSES * CALLERS_A_PROCESS
_SECONDS = 60
_starts: list[Barrier] = []


def race(port: int, links: Sequence[tuple[UUID, str]]) -> list[list[int]]:
    """All callers call one link after the other, each time all at once; gives the statuses of each round."""
    context = get_context("spawn")
    start = context.Barrier(CALLERS)
    with ProcessPoolExecutor(PROCESSES, context, _remember, (start,)) as processes:
        waiting = [processes.submit(_call_from_a_process, port, [(link, key) for link, key in links]) for _ in range(PROCESSES)]
        callers = [statuses for one in waiting for statuses in one.result(_SECONDS)]
    return [list(statuses) for statuses in zip(*callers, strict=True)]


def _remember(start: Barrier) -> None:
    _starts.append(start)


def _call_from_a_process(port: int, links: list[tuple[UUID, str]]) -> list[list[int]]:
    with ThreadPoolExecutor(CALLERS_A_PROCESS) as threads:
        return list(threads.map(lambda _: _call_each_round(port, links), range(CALLERS_A_PROCESS)))


def _call_each_round(port: int, links: list[tuple[UUID, str]]) -> list[int]:
    statuses = []
    with Caller(port) as caller:
        for link, key in links:
            # Connected before the start, so that nothing but the call itself is raced.
            assert caller.own_port
            _starts[0].wait(_SECONDS)
            statuses.append(caller.call(link, key).status)
    return statuses
