"""How long a granted call of a report link takes, held beside psql's copy of the same rows, and the memory of the server."""

import http.client
import time
from statistics import median

from bench.calling import make_link
from bench.downloading import serving
from bench.installation import Installation
from bench.processes import watched
from bench.reporting import copy_by_psql
from bench.table import Figure, megabytes, print_figures, seconds
from bench.usage_file import Shape
from tallybook.links.keys import Key
from tallybook.links.periods import Period
from tallybook.reports.choice import Choice

_ROUNDS = 3
_BLOCK_BYTES = 1024 * 1024


def measure_granting(installation: Installation, choice: Choice, shape: Shape) -> None:
    """Call links that were never called, each once, in turns with the copy."""
    called, copied, growths, size_bytes = [], [], [], 0
    period = Period.fixed(choice.first_month, choice.last_month)
    links = [make_link(choice.subscription, period) for _ in range(_ROUNDS + 1)]
    with serving(installation) as (port, pid):
        _call(port, *links.pop())  # what a first call brings along is not what a call takes
        for path, key in links:
            copied.append(copy_by_psql(installation, choice, shape))
            with watched(pid) as watch:
                taken, size_bytes = _call(port, path, key)
            called.append(taken)
            growths.append(watch.peak_bytes - watch.before_bytes)
    print_figures(
        f"A granted call over HTTP: {shape.rows:,} rows, {megabytes(size_bytes)}, medians of {_ROUNDS} rounds in turns",
        [
            Figure("Built, sent and read to the end", seconds(median(called))),
            Figure("psql's \\copy of the same query to a file", seconds(median(copied))),
            Figure("Speed against psql's", f"{median(copied) / median(called):.2f}", "0.6 or more"),
            Figure("Most growth of the server's memory", megabytes(max(growths)), "flat"),
        ],
    )


def _call(port: int, path: str, key: Key) -> tuple[float, int]:
    """Seconds and size of a call that is granted and whole."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("localhost", port, timeout=600)
    connection.request("GET", path, headers={"X-API-KEY": key.text})
    response = connection.getresponse()
    size_bytes = 0
    while block := response.read(_BLOCK_BYTES):
        size_bytes += len(block)
    connection.close()
    if response.status != http.HTTPStatus.OK or size_bytes != int(response.headers["Content-Length"]):
        raise RuntimeError(f"The call was answered with {response.status} and {size_bytes:,} bytes.")
    return time.perf_counter() - began, size_bytes
