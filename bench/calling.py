"""How many calls of a report link a second are refused, or answered with 304. The client shares the machine's cores."""

import http.client
import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bench.downloading import serving
from bench.installation import Installation
from bench.table import Figure, print_figures
from tallybook.audit.acting import Actor
from tallybook.database.scope import subscription_scope
from tallybook.links.drafts import Draft
from tallybook.links.keys import Key, KeyKind, new_key
from tallybook.links.links import create_link
from tallybook.links.periods import Period
from tallybook.subscriptions.models import Subscription

_CONNECTIONS = 8
_SECONDS = 5.0
_LENGTH = re.compile(rb"\r\nContent-Length: ([0-9]+)", re.IGNORECASE)
_WANTED = "1,000 or more"
_Headers = dict[str, str]


def measure_calling(installation: Installation, subscription: Subscription) -> None:
    """Call a link whose slot is used, in each way that makes no data."""
    path, key = _made(subscription)
    with serving(installation) as (port, _pid):
        rate = partial(_rate, port, path)
        good = {"X-Api-Key": key.text}
        tag = _first(port, path, good)
        print_figures(
            f"Calls a second by {_CONNECTIONS} kept connections, server with 2 workers and client on the same cores",
            [
                Figure("304, nothing changed", rate(good | {"If-None-Match": tag}, 304), _WANTED),
                Figure("429, too early", rate(good, 429), _WANTED),
                Figure("401, a mistyped key", rate({"X-Api-Key": key.text[:-1] + "!"}, 401), _WANTED),
                # Last, since this network is not listened to afterwards: beyond the first they are 429.
                Figure(
                    "401 and 429, a key that is unknown", rate({"X-Api-Key": new_key(KeyKind.REPORT).text}, 401, 429), _WANTED
                ),
            ],
        )


def _made(subscription: Subscription) -> tuple[str, Key]:
    draft = Draft(name="Called", period=Period.read("this-month"), allowed=None)
    with subscription_scope(subscription.id):
        link, key = create_link(subscription, draft, actor=Actor.operator("bench"))
    return f"/api/v1/report-links/{link.saved.id}", key


def _first(port: int, path: str, headers: _Headers) -> str:
    """Use the slot; gives the tag of what was made."""
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status != http.HTTPStatus.OK:
        raise RuntimeError(f"The first call was answered with {response.status}.")
    return response.headers["ETag"]


def _rate(port: int, path: str, headers: _Headers, *wanted: int) -> str:
    ask: Callable[[int], int] = partial(_count, port, path, headers, wanted)
    began = time.perf_counter()
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        count = sum(pool.map(ask, range(_CONNECTIONS)))
    return f"{count / (time.perf_counter() - began):,.0f}"


def _count(port: int, path: str, headers: _Headers, wanted: tuple[int, ...], _number: int) -> int:
    """Call again and again on one connection; gives how often.

    By a plain socket: http.client takes as long for reading an answer's headers as the server for making them.
    """
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    sent, begins = "\r\n".join([*lines, "", ""]).encode(), tuple(f"HTTP/1.1 {status} ".encode() for status in wanted)
    until, count = time.monotonic() + _SECONDS, 0
    with socket.create_connection(("localhost", port), timeout=60) as connection:
        while time.monotonic() < until:
            connection.sendall(sent)
            answer = _answer(connection)
            if not answer.startswith(begins):
                raise RuntimeError(f"A call was answered with {answer[:40]!r}.")
            count += 1
    return count


def _answer(connection: socket.socket) -> bytes:
    """An answer, read to its end; one without a length has no body."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += _more(connection)
    head, _, body = read.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    missing = int(found[1]) - len(body) if found else 0
    while missing > 0:
        missing -= len(_more(connection))
    return head


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65_536)
    if not received:
        raise RuntimeError("The server closed the connection.")
    return received
