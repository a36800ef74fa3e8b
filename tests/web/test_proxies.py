"""Which address is calling, through real proxies and the real server: nothing that a caller sends makes it another's."""

import pytest
from tests.proxies import ADDRESS, Start
from tests.web.calling import call

from tallybook.web.addresses import parse_address
from tallybook.web.networks import is_within, read_networks

SOURCES = ("127.0.0.1", "127.0.0.2", "::1")
ALLOWED = "203.0.113.9"
SECOND_ADDRESS = "127.0.0.11"
# What somebody sends who wants to be taken for ALLOWED, or for nobody.
FORGED: tuple[list[str], ...] = (
    [],
    [f"X-Forwarded-For: {ALLOWED}"],
    [f"x-forwarded-for:{ALLOWED}"],
    [f"X-Forwarded-For: {ALLOWED}, {ADDRESS}"],
    [f"X-Forwarded-For: {ADDRESS}, {ADDRESS}"],
    [f"X-Forwarded-For: {ALLOWED},"],
    ["X-Forwarded-For:"],
    ["X-Forwarded-For: unknown, _hidden, 1.2.3.4.5"],
    ["X-Forwarded-For: " + f"{ALLOWED}, " * 300 + ADDRESS],
    [f"X-Forwarded-For: {ALLOWED}", f"X-Forwarded-For: {ADDRESS}"],
    [f"X-Forwarded-For: {ALLOWED}", f"X-FORWARDED-FOR: {ALLOWED}", "X-Forwarded-For:"],
    [f"X-Forwarded-For: {ADDRESS}"] * 20,
    [f"X_Forwarded_For: {ALLOWED}"],
    [f"X-Forwarded_For: {ALLOWED}"],
    [f"X_Forwarded-For: {ALLOWED}", f"X-Forwarded-For: {ALLOWED}"],
    [f"X-Forwarded-For: {ADDRESS}", f"X_Forwarded_For: {ALLOWED}"],
    [f"Forwarded: for={ALLOWED}"],
    [f"Forwarded: for={ALLOWED};by={ADDRESS}, for={ADDRESS}", f"X-Forwarded-For: {ALLOWED}"],
    [f"X-Real-IP: {ALLOWED}", f"Client-IP: {ALLOWED}", f"True-Client-IP: {ALLOWED}", f"Remote-Addr: {ALLOWED}"],
    [f"X-Forwarded-For : {ALLOWED}"],
    ["X-Forwarded-For: 192.0.2.1", f" {ALLOWED}"],
    [f"X-Forwarded-For: {ALLOWED}\x0b"],
    [f"X-Forwarded-For: [::ffff:{ALLOWED}]:80"],
    ["Connection: close, X-Forwarded-For", f"X-Forwarded-For: {ALLOWED}"],
)


def attack(port: int, sources: tuple[str, ...] = SOURCES) -> int:
    """Calls with everything that is forged, from every source; gives the number of calls, none of which got through.

    A call counts as a bypass where it was answered, and the server took it for anybody but the one who called.
    """
    calls = [(source, lines, call(port, source, lines)) for source in sources for lines in FORGED]
    assert [one for one in calls if one[2][0] == 200 and one[2][1] != one[0]] == []
    assert {status for *_, (status, _) in calls} <= {200, 400}
    answered = [lines for _, lines, (status, _) in calls if status == 200]
    assert len(answered) >= len(calls) - 3 * len(sources), "Most are proper requests, which are answered."
    return len(calls)


def tell(front: str, cases: int) -> None:
    print(f"{front}: {cases} calls, 0 bypasses.")  # noqa: T201 - a figure that the run is to show


@pytest.mark.parametrize("http_version", ["1.0", "1.1"])
@pytest.mark.parametrize("overwrite", [False, True], ids=["adds", "overwrites"])
def test_nobody_gets_past_nginx(address_server: Start, nginx: Start, http_version: str, *, overwrite: bool) -> None:
    cases = attack(nginx(address_server(ADDRESS), http_version=http_version, overwrite=overwrite))
    assert cases == len(SOURCES) * len(FORGED)
    tell(f"nginx, HTTP/{http_version}, {overwrite=}", cases)


@pytest.mark.parametrize("overwrite", [False, True], ids=["adds", "overwrites"])
def test_nobody_gets_past_haproxy(address_server: Start, haproxy: Start, *, overwrite: bool) -> None:
    cases = attack(haproxy(address_server(ADDRESS), overwrite=overwrite))
    assert cases == len(SOURCES) * len(FORGED)
    tell(f"HAProxy, {overwrite=}", cases)


def test_nobody_gets_past_two_proxies(address_server: Start, nginx: Start, haproxy: Start) -> None:
    port = address_server(ADDRESS, SECOND_ADDRESS)
    fronts = {
        "HAProxy, then nginx": haproxy(nginx(port, address=SECOND_ADDRESS)),
        "nginx, then HAProxy": nginx(haproxy(port, address=SECOND_ADDRESS)),
    }
    for front, first in fronts.items():
        cases = attack(first)
        assert cases == len(SOURCES) * len(FORGED)
        tell(front, cases)


def test_nobody_gets_past_the_server_itself(address_server: Start) -> None:
    sources = ("127.0.0.1", "127.0.0.2")
    cases = [attack(address_server(*trusted), sources) for trusted in ([], [ADDRESS], [ADDRESS, SECOND_ADDRESS])]
    assert cases == [len(sources) * len(FORGED)] * 3
    tell("No proxy", sum(cases))


def test_a_proxy_that_is_not_trusted_is_the_caller(address_server: Start, nginx: Start, haproxy: Start) -> None:
    port = address_server(SECOND_ADDRESS)
    for front in (nginx(port, overwrite=True), haproxy(port)):
        seen = {call(front, source, lines)[1] for source in SOURCES for lines in FORGED[:4]}
        assert seen == {ADDRESS}


def test_a_trusted_proxy_that_sends_nothing_usable_is_nobody(address_server: Start) -> None:
    """The trusted proxy is played by the test, which alone can be so careless."""
    port = address_server(ADDRESS)
    for lines in ([], ["X-Forwarded-For: unknown"], [f"X-Forwarded-For: {ALLOWED}", "X-Forwarded-For: _hidden"]):
        assert call(port, ADDRESS, lines) == (200, "None")
    assert call(port, ADDRESS, ["X-Forwarded-For: 1.1.1.1", f"X-Forwarded-For: {ALLOWED}:567"]) == (200, ALLOWED)


@pytest.mark.parametrize("name", ["X_Forwarded_For", "X-Forwarded_For", "X_Forwarded-For"])
def test_a_header_with_underscores_is_not_the_one_with_hyphens(address_server: Start, name: str) -> None:
    """Behind a proxy that lets it through and writes its own line first."""
    port = address_server(ADDRESS)
    assert call(port, ADDRESS, ["X-Forwarded-For: 192.0.2.7", f"{name}: {ALLOWED}"]) == (200, "192.0.2.7")
    assert call(port, ADDRESS, [f"{name}: {ALLOWED}"]) == (200, "None")


def test_an_address_list_holds_behind_proxies(address_server: Start, nginx: Start, haproxy: Start) -> None:
    port = address_server(ADDRESS)
    for front in (nginx(port), haproxy(port)):
        for allowed in SOURCES:
            networks = read_networks([allowed])
            seen = [parse_address(call(front, source, [f"X-Forwarded-For: {allowed}"])[1]) for source in SOURCES]
            assert [is_within(address, networks) for address in seen] == [source == allowed for source in SOURCES]
