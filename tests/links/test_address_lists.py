"""An address list of a link holds behind real proxies, whatever a caller sends (SAFETY: Which address is calling)."""

from collections import Counter
from collections.abc import Callable

import pytest
from tests.figures import Note
from tests.links.made_links import Made, make_link
from tests.links.serving import LinkServer, Serve
from tests.proxies import ADDRESS, Start
from tests.web.calling import call
from tests.web.test_proxies import ALLOWED, FORGED, SOURCES

from tallybook.subscriptions.models import Subscription

_INSIDER = "127.0.0.77"
# What only those hear who may call: that it is too early is among it.
_GRANTED = (200, 429)


@pytest.fixture
def trusting(serve_links: Serve) -> LinkServer:
    """A server that believes one proxy."""
    return serve_links(workers=1, TALLYBOOK_TRUSTED_PROXIES=ADDRESS)


@pytest.fixture
def link(subscription: Subscription) -> Made:
    """A link for an address that the test can call from, and for one that is only ever forged."""
    return make_link(subscription, allowed=(_INSIDER, ALLOWED))


def ask(port: int, link: Made, source: str, *lines: str) -> tuple[int, str]:
    return call(port, source, [f"X-API-KEY: {link.key}", *lines], path=f"/api/v1/report-links/{link.id}")


def attack(port: int, link: Made, sources: list[str]) -> Counter[int]:
    """Call with all that is forged from everywhere but the list's addresses; gives the answers, counted."""
    insiders = [[line.replace(ALLOWED, _INSIDER) for line in lines] for lines in FORGED]
    answers = [ask(port, link, source, *lines) for source in sources for lines in (*FORGED, *insiders)]
    statuses = Counter(status for status, _ in answers)
    assert set(statuses) <= {400, 403}, "Nobody is let in, and nothing breaks."
    told = [body for status, body in answers if status == 403]
    assert all("/problems/address-refused" in body or "/problems/address-unknown" in body for body in told)
    return statuses


@pytest.mark.parametrize("front", ["nginx, HTTP/1.0", "nginx, HTTP/1.1", "HAProxy", "no proxy"])
def test_nobody_gets_past_the_list(  # noqa: PLR0913, PLR0917 - the fixtures it takes
    trusting: LinkServer, link: Made, nginx: Start, haproxy: Start, figure: Note, front: str
) -> None:
    fronts: dict[str, Callable[[], int]] = {
        "nginx, HTTP/1.0": lambda: nginx(trusting.port),
        "nginx, HTTP/1.1": lambda: nginx(trusting.port, http_version="1.1"),
        "HAProxy": lambda: haproxy(trusting.port),
        "no proxy": lambda: trusting.port,
    }
    port = fronts[front]()
    sources = [source for source in SOURCES if front != "no proxy" or ":" not in source]
    statuses = attack(port, link, sources)
    assert statuses.total() == len(sources) * len(FORGED) * 2
    assert ask(port, link, _INSIDER)[0] == 200, "Whoever is on the list is let in, and nobody took the slot before."
    bypasses = sum(statuses[status] for status in _GRANTED)
    figure(f"Calls with forged addresses at a link, {front}", f"{statuses.total()}, bypasses {bypasses}")
    assert bypasses == 0


def test_a_proxy_that_does_not_say_who_calls_is_refused(trusting: LinkServer, link: Made) -> None:
    """The trusted proxy is played by the test, which alone can be so careless."""
    for lines in ([], ["X-Forwarded-For: unknown"], [f"X_Forwarded_For: {ALLOWED}"], [f"Forwarded: for={ALLOWED}"]):
        status, body = ask(trusting.port, link, ADDRESS, *lines)
        assert (status, "/problems/address-unknown" in body) == (403, True)
    assert ask(trusting.port, link, ADDRESS, f"X-Forwarded-For: {ALLOWED}")[0] == 200
