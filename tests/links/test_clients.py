"""Real clients at a real server: each gets the report whole, waits as it is told to, and goes on where it was cut."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
import requests
from requests.adapters import HTTPAdapter
from tests.bookkeeping import chosen, report, usage
from tests.links.cutting import cutting
from tests.links.made_links import Made, make_link
from tests.links.serving import PACE_SECONDS, LinkServer
from tests.proxies import program
from urllib3 import Retry

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

_ROWS = 400
_CUT_AFTER_BYTES = 20_000
_ENDED_WITHIN_SECONDS = 60
# How programs end, by their manuals.
_CURL_REFUSED, _CURL_CUT = 22, 18
_WGET_NETWORK, _WGET_REFUSED = 4, 8
_PLAIN = {"Accept-Encoding": "identity"}


@dataclass(frozen=True)
class October:
    """A link, and the report that it has to give."""

    link: Made
    content: bytes
    server_port: int

    @property
    def url(self) -> str:
        return self.url_at(self.server_port)

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-KEY": self.link.key}

    def url_at(self, port: int) -> str:
        return f"http://127.0.0.1:{port}/api/v1/report-links/{self.link.id}"

    def is_cut(self, content: bytes) -> bool:
        """Whether it is the report's beginning, and not all of it."""
        return 0 < len(content) < len(self.content) and self.content.startswith(content)


@pytest.fixture
def october(link_server: LinkServer, subscription: Subscription, take: Callable[..., Summary]) -> October:
    take([usage(object_name=f'Person {number}, "Ünï"\nof the second line') for number in range(_ROWS)])
    content = report(chosen(subscription, "2026-10", "2026-10"))
    assert len(content) > 2 * _CUT_AFTER_BYTES
    return October(make_link(subscription), content, link_server.port)


def curl(october: October, *options: str | Path, url: str = "") -> "subprocess.CompletedProcess[str]":
    """Its output is the status of the answer. The key comes by standard input: everybody sees the arguments of a program."""
    usual = ["--silent", "--show-error", "--fail", "--write-out", "%{http_code}", "--header", "@-"]
    command = [program("curl"), *usual, *options, url or october.url]
    sent = f"X-API-KEY: {october.link.key}"
    return subprocess.run(command, input=sent, capture_output=True, text=True, timeout=_ENDED_WITHIN_SECONDS, check=False)


def wget(october: October, target: Path, *options: str, url: str = "") -> int:
    command = [program("wget"), "--quiet", f"--header=X-API-KEY: {october.link.key}", f"--output-document={target}", *options]
    return subprocess.run([*command, url or october.url], timeout=_ENDED_WITHIN_SECONDS, check=False).returncode


def until_told(blocks: Iterable[bytes], told: type[Exception]) -> bytes:
    """What came until the library said that something is missing."""
    got = b""
    try:
        for block in blocks:
            got += block
    except told:
        return got
    return pytest.fail("The line broke, and the library took what came for the whole.")


def test_curl_comes_again_when_it_was_told_to(october: October, tmp_path: Path) -> None:
    target, tag = tmp_path / "report.csv", tmp_path / "tag"
    assert curl(october, "--output", target, "--etag-save", tag).stdout == "200"
    assert target.read_bytes() == october.content
    refused = curl(october, "--output", tmp_path / "refusal")
    assert (refused.returncode, refused.stdout) == (_CURL_REFUSED, "429")
    unchanged = curl(october, "--output", target, "--etag-compare", tag)
    assert (unchanged.returncode, unchanged.stdout) == (0, "304")
    # One repetition is enough for whoever waits as long as Retry-After says: curl's own first pause is a second.
    again = curl(october, "--output", target, "--retry", "1")
    assert (again.returncode, again.stdout, target.read_bytes()) == (0, "200", october.content)


def test_curl_decodes_what_it_asked_to_be_compressed(october: October, tmp_path: Path) -> None:
    target, head = tmp_path / "report.csv", tmp_path / "head"
    assert curl(october, "--compressed", "--output", target, "--dump-header", head).returncode == 0
    assert target.read_bytes() == october.content
    assert "content-encoding: gzip" in head.read_text().lower()


def test_curl_goes_on_where_it_was_cut(october: October, tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    with cutting(october.server_port, _CUT_AFTER_BYTES) as port:
        assert curl(october, "--output", target, url=october.url_at(port)).returncode == _CURL_CUT
    assert october.is_cut(target.read_bytes())
    rest = curl(october, "--continue-at", "-", "--output", target)
    assert (rest.returncode, rest.stdout) == (0, "206")
    assert target.read_bytes() == october.content


def test_wget_goes_on_by_itself_and_when_it_is_told_to(october: October, tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    with cutting(october.server_port, _CUT_AFTER_BYTES) as port:
        assert wget(october, target, "--tries=3", url=october.url_at(port)) == 0
    assert target.read_bytes() == october.content
    target.write_bytes(october.content[:_CUT_AFTER_BYTES])
    assert wget(october, target, "--continue") == 0
    assert target.read_bytes() == october.content
    assert wget(october, target, "--continue") == 0, "There is nothing left to fetch, which is no error."
    assert target.read_bytes() == october.content


def test_wget_is_refused_too_early_and_tells_of_a_cut(october: October, tmp_path: Path) -> None:
    target = tmp_path / "report.csv"
    assert wget(october, target, "--compression=auto") == 0
    assert target.read_bytes() == october.content
    assert wget(october, tmp_path / "refusal") == _WGET_REFUSED
    time.sleep(PACE_SECONDS)
    with cutting(october.server_port, _CUT_AFTER_BYTES) as port:
        assert wget(october, target, "--tries=1", url=october.url_at(port)) == _WGET_NETWORK
    assert october.is_cut(target.read_bytes())


def test_requests_with_its_own_retries(october: October) -> None:
    with requests.Session() as session:
        session.headers.update(october.headers)
        session.mount("http://", HTTPAdapter(max_retries=Retry(total=1, status_forcelist=[429])))
        first, again = session.get(october.url, timeout=30), session.get(october.url, timeout=30)
        unchanged = session.get(october.url, headers={"If-None-Match": first.headers["ETag"]}, timeout=30)
    assert (first.status_code, first.headers["Content-Encoding"], first.content) == (200, "gzip", october.content)
    assert (again.status_code, again.content) == (200, october.content)
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_requests_goes_on_where_it_was_cut(october: October) -> None:
    plain = october.headers | _PLAIN
    with cutting(october.server_port, _CUT_AFTER_BYTES) as port:
        cut = requests.get(october.url_at(port), headers=plain, stream=True, timeout=30)
        got = until_told(cut.iter_content(1000), requests.exceptions.ChunkedEncodingError)
    assert october.is_cut(got)
    rest = requests.get(october.url, headers=plain | {"Range": f"bytes={len(got)}-"}, timeout=30)
    assert (rest.status_code, got + rest.content) == (206, october.content)


def test_httpx_waits_and_goes_on_where_it_was_cut(october: October) -> None:
    with httpx.Client(headers=october.headers) as client:
        first, early = client.get(october.url), client.get(october.url)
        assert (first.status_code, first.headers["Content-Encoding"], first.content) == (200, "gzip", october.content)
        assert (early.status_code, early.headers["Content-Type"]) == (429, "application/problem+json")
        assert client.get(october.url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        time.sleep(int(early.headers["Retry-After"]))
        with (
            cutting(october.server_port, _CUT_AFTER_BYTES) as port,
            client.stream("GET", october.url_at(port), headers=_PLAIN) as cut,
        ):
            got = until_told(cut.iter_bytes(), httpx.RemoteProtocolError)
        assert october.is_cut(got)
        wanted = _PLAIN | {"Range": f"bytes={len(got)}-", "If-Range": cut.headers["ETag"]}
        rest = client.get(october.url, headers=wanted)
    assert (rest.status_code, got + rest.content) == (206, october.content)


def test_fetch_of_node_waits_and_goes_on_where_it_was_cut(october: October) -> None:
    with cutting(october.server_port, _CUT_AFTER_BYTES) as port:
        variables = {"LINK": october.url, "CUT_LINK": october.url_at(port), "KEY": october.link.key}
        ran = subprocess.run(
            [program("node"), Path(__file__).with_name("fetching.mjs")],
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=_ENDED_WITHIN_SECONDS,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    outcomes, whole = json.loads(ran.stdout), sha256(october.content).hexdigest()
    assert outcomes["whole"] == {"status": 200, "sha256": whole, "coding": "gzip"}
    assert (outcomes["unchanged"]["status"], outcomes["early"]["status"]) == (304, 429)
    assert (outcomes["cut"]["status"], outcomes["cut"]["error"]) == (200, "TypeError")
    assert october.is_cut(october.content[: outcomes["cut"]["bytes"]])
    assert outcomes["resumed"] == {"status": 206, "sha256": whole, "coding": None}
