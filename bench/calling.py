"""How many calls of a report link a second are refused, or answered with 304. The client shares the machine's cores."""

import http.client
import re
import shutil
import subprocess
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
_SECONDS = 4
# Of a run's connections the kernel sometimes gives all to one worker; the best run is one in which both have some.
_RUNS = 4
_WANTED = "1,000 or more"
_Headers = dict[str, str]


def measure_calling(installation: Installation, subscription: Subscription) -> None:
    """Call a link whose slot is used, in each way that makes no data."""
    path, key = make_link(subscription, Period.read("this-month"))
    with serving(installation) as (port, _pid):
        rate = partial(_rate, port, path)
        good = {"X-API-KEY": key.text}
        tag = _status_and_tag(port, path, good)[1]
        print_figures(
            f"Calls a second by {_CONNECTIONS} kept connections of wrk, best of {_RUNS} runs; server with 2 workers, "
            "client and database on the same cores",
            [
                Figure("401, a mistyped key", rate({"X-API-KEY": key.text[:-1] + "!"}, 401), _WANTED),
                Figure("429, too early", rate(good, 429), _WANTED),
                Figure("304, nothing changed", rate(good | {"If-None-Match": tag}, 304), _WANTED),
                # Last, since this network is not listened to afterwards: all but the first are 429, without a query.
                Figure("Refused, a key that is unknown", rate({"X-API-KEY": new_key(KeyKind.REPORT).text}, 401), _WANTED),
            ],
        )


def make_link(subscription: Subscription, period: Period) -> tuple[str, Key]:
    """A link that anyone may call: its path and its key."""
    with subscription_scope(subscription.id):
        draft = Draft(name="Called", period=period, allowed=None)
        link, key = create_link(subscription, draft, actor=Actor.operator("bench"))
    return f"/api/v1/report-links/{link.saved.id}", key


def _status_and_tag(port: int, path: str, headers: _Headers) -> tuple[int, str]:
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.headers.get("ETag", "")


def _rate(port: int, path: str, headers: _Headers, wanted: int) -> str:
    """By wrk: a client in Python takes as much of the cores as the server."""
    status, _ = _status_and_tag(port, path, headers)
    if status != wanted:
        raise RuntimeError(f"A call was answered with {status} in place of {wanted}.")
    said = [f"--header={name}: {value}" for name, value in headers.items()]
    command = [shutil.which("wrk") or "wrk", "--threads=1", f"--connections={_CONNECTIONS}", f"--duration={_SECONDS}s", *said]
    best = max(_calls([*command, f"http://127.0.0.1:{port}{path}"], wanted) for _ in range(_RUNS))
    return f"{best / _SECONDS:,.0f}"


def _calls(command: list[str], wanted: int) -> int:
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    calls, refused = (_number(pattern, out) for pattern in (r"([0-9]+) requests in", r"Non-2xx or 3xx responses: ([0-9]+)"))
    if refused != (calls if wanted >= http.HTTPStatus.BAD_REQUEST else 0):
        raise RuntimeError(f"Not all calls were answered as the first one was: {out}")
    return calls


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0
