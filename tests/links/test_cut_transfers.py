"""A transfer that is cut never looks whole: the worker that sends it is killed half-way (SAFETY: Files)."""

import secrets
import subprocess
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from tests.bookkeeping import usage
from tests.figures import Note
from tests.links.made_links import Made, make_links
from tests.links.serving import LinkServer, Serve
from tests.proxies import Start, free_port, new_folder, nginx_with, program
from tests.sessions import wait_until

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

_ROWS, _CHARACTERS = 3000, 1900
_CUTS = 2
_ENDED_WITHIN_SECONDS = 60
_CUT_AFTER_BYTES = 100_000
_WHOLE, _KNOWN_AS_CUT, _LOOKS_WHOLE = "whole", "known as cut", "cut and looks whole"
# Reads from the server no faster than its client does, so that the worker is still at it when it is killed.
_NGINX = """
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://127.0.0.1:{upstream_port};
        proxy_http_version {http_version};
        proxy_limit_rate 1m;
        proxy_set_header Host $http_host;
    }}
}}
"""


@dataclass(frozen=True)
class Transfer:
    """What curl made of it."""

    status: int
    head: str
    body: bytes

    @property
    def kind(self) -> str:
        """Whether all of it came; and if not, whether curl says so."""
        if f"sha-256=:{b64encode(sha256(self.body).digest()).decode()}:" in self.head:
            return _WHOLE
        return _KNOWN_AS_CUT if self.status else _LOOKS_WHOLE


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_cut_transfer_never_looks_whole(  # noqa: PLR0913, PLR0917 - the fixtures it takes
    serve_links: Serve,
    haproxy: Start,
    tmp_path: Path,
    subscription: Subscription,
    take: Callable[..., Summary],
    figure: Note,
    coding: str,
) -> None:
    # Random text, which compressing makes hardly smaller: so more is left to send than buffers on the way can hold.
    take([usage(object_name=random_text(), object_details=random_text()) for _ in range(_ROWS)])
    server = serve_links(workers=1)
    total: Counter[str] = Counter()
    with nginx_before(tmp_path, server, "1.0") as old, nginx_before(tmp_path, server, "1.1") as new:
        fronts = {"no proxy": server.port, "HAProxy": haproxy(server.port), "nginx, HTTP/1.0": old, "nginx, HTTP/1.1": new}
        for front, port in fronts.items():
            cut = Counter(cut_short(server, port, link, coding, tmp_path).kind for link in make_links(subscription, _CUTS))
            figure(f"Transfers that were cut, {coding}, {front}", dict(cut))
            total += cut
    assert total[_LOOKS_WHOLE] == 0
    # The rest was in buffers on the way before the worker was killed, and came whole.
    assert total[_KNOWN_AS_CUT] >= total[_WHOLE]


def random_text() -> str:
    return secrets.token_urlsafe(_CHARACTERS)[:_CHARACTERS]


@contextmanager
def nginx_before(folder: Path, server: LinkServer, http_version: str) -> Iterator[int]:
    port = free_port()
    section = _NGINX.format(port=port, upstream_port=server.port, http_version=http_version)
    with nginx_with(new_folder(folder, f"nginx {http_version}"), section, port):
        yield port


def cut_short(server: LinkServer, port: int, link: Made, coding: str, folder: Path) -> Transfer:
    """Kill the server's worker as soon as curl has the beginning."""
    head, body = folder / "head", folder / "body"
    body.write_bytes(b"")
    (worker,) = server.workers()
    command: list[str | Path] = [program("curl"), "--silent", "--limit-rate", "1m", "--dump-header", head, "--output", body]
    sent = ["--header", f"X-API-KEY: {link.key}", "--header", f"Accept-Encoding: {coding}"]
    address = f"http://127.0.0.1:{port}/api/v1/report-links/{link.id}"
    with subprocess.Popen([*command, *sent, address]) as curl:
        wait_until(lambda: body.stat().st_size >= _CUT_AFTER_BYTES or curl.poll() is not None)
        worker.kill()
        status = curl.wait(_ENDED_WITHIN_SECONDS)
    text = head.read_text(encoding="latin-1")
    assert text.splitlines()[0].split()[1] == "200"
    return Transfer(status, text, body.read_bytes())
