"""Which address is calling, by peer and header."""

from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tallybook.web.addresses import parse_address
from tallybook.web.client_address import MAXIMUM_HOP_CHARACTERS, MAXIMUM_HOPS, client_address, peer_address
from tallybook.web.networks import is_within, read_networks

PROXY, FAR_PROXY = "10.0.0.1", "10.9.8.7"
TRUSTED = read_networks(["10.0.0.0/8", "2001:db8:ffff::/48"])


def called(peer: str, forwarded_for: str | None = None, **meta: str) -> HttpRequest:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": peer, **({} if forwarded_for is None else {"HTTP_X_FORWARDED_FOR": forwarded_for}), **meta}
    return request


def decided(request: HttpRequest, **installation: object) -> str | None:
    with override_settings(INSTALLATION=SimpleNamespace(**{"trusted_proxies": TRUSTED, **installation})):
        address = client_address(request)
    return None if address is None else str(address)


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "caller"),
    [
        # The peer is no proxy of ours: whatever it says, it is the caller.
        ("192.0.2.7", None, "192.0.2.7"),
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9, 10.0.0.1", "192.0.2.7"),
        ("192.0.2.7", "unknown", "192.0.2.7"),
        ("11.0.0.1", "203.0.113.9", "11.0.0.1"),
        ("::ffff:192.0.2.7", "203.0.113.9", "192.0.2.7"),
        ("fe80::1%eth0", "203.0.113.9", "fe80::1"),
        ("2001:db8:fffe::1", "203.0.113.9", "2001:db8:fffe::1"),
        ("", "203.0.113.9", None),
        # One proxy.
        (PROXY, "203.0.113.9", "203.0.113.9"),
        (PROXY, " 203.0.113.9\t", "203.0.113.9"),
        (PROXY, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (PROXY, "1.1.1.1,203.0.113.9", "203.0.113.9"),
        (PROXY, "unknown, 203.0.113.9", "203.0.113.9"),
        (PROXY, ",,, 203.0.113.9", "203.0.113.9"),
        (PROXY, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (PROXY, "2001:DB8::9", "2001:db8::9"),
        (PROXY, "::ffff:203.0.113.9", "203.0.113.9"),
        (PROXY, "::ffff:cb00:7109", "203.0.113.9"),
        (PROXY, "fe80::1%eth0", "fe80::1"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("2001:db8:ffff::1", "203.0.113.9", "203.0.113.9"),
        # With ports and brackets.
        (PROXY, "203.0.113.9:1234", "203.0.113.9"),
        (PROXY, "203.0.113.9:0", "203.0.113.9"),
        (PROXY, "[2001:db8::9]:65535", "2001:db8::9"),
        (PROXY, "[2001:db8::9]", "2001:db8::9"),
        (PROXY, "[::ffff:203.0.113.9]:567", "203.0.113.9"),
        (PROXY, "[fe80::1%eth0]:567", "fe80::1"),
        (PROXY, "::1:567", "::1:567"),
        # Several proxies: those further left are believed only by those that are trusted.
        (PROXY, "203.0.113.9, 10.9.8.7", "203.0.113.9"),
        (PROXY, "1.1.1.1, 203.0.113.9, 10.9.8.7", "203.0.113.9"),
        (PROXY, "203.0.113.9, 10.9.8.7, 10.0.0.1", "203.0.113.9"),
        (PROXY, "203.0.113.9, 10.9.8.7:8080, 2001:db8:ffff::2", "203.0.113.9"),
        (PROXY, "203.0.113.9, ::ffff:10.9.8.7", "203.0.113.9"),
        (PROXY, "203.0.113.9, 192.0.2.7, 10.9.8.7", "192.0.2.7"),
        # Only our own proxies: the left-most is the client.
        (PROXY, FAR_PROXY, FAR_PROXY),
        (PROXY, "10.1.1.1, 10.9.8.7, 10.0.0.1", "10.1.1.1"),
        # A proxy that does not say who called.
        (PROXY, None, None),
        (PROXY, "", None),
        (PROXY, " ", None),
        (PROXY, ",", None),
        (PROXY, "203.0.113.9,", None),
        (PROXY, "203.0.113.9, ,10.9.8.7", None),
        (PROXY, "unknown", None),
        (PROXY, "203.0.113.9, unknown", None),
        (PROXY, "203.0.113.9, unknown, 10.9.8.7", None),
        (PROXY, "_hidden", None),
        (PROXY, "203.0.113.9, _SEVKISEK", None),
        (PROXY, "203.0.113.09", None),
        (PROXY, "203.0.113.9 10.9.8.7", None),
        (PROXY, "203.0.113.9;10.9.8.7", None),
        (PROXY, "203.0.113.9/32", None),
        (PROXY, "203.0.113.9:", None),
        (PROXY, "203.0.113.9:65536", None),
        (PROXY, "203.0.113.9:port", None),
        (PROXY, "203.0.113.9:80:80", None),
        (PROXY, "203.0.113.9:\u0661", None),
        (PROXY, "[203.0.113.9]:80", None),
        (PROXY, "[2001:db8::9", None),
        (PROXY, "2001:db8::9]", None),
        (PROXY, "[2001:db8::9]80", None),
        (PROXY, "[]:80", None),
        (PROXY, "[:]:80", None),
        (PROXY, '"203.0.113.9"', None),
        (PROXY, "for=203.0.113.9", None),
        (PROXY, "203.0.113.9\u00a0", None),
        (PROXY, "203.0.113.9\x00", None),
        (PROXY, "client.example", None),
        (PROXY, "3405803785", None),
        (PROXY, "x" * (MAXIMUM_HOP_CHARACTERS + 1), None),
        (PROXY, "fe80::1%" + "0" * MAXIMUM_HOP_CHARACTERS, None),
    ],
)
def test_who_is_calling(peer: str, forwarded_for: str | None, caller: str | None) -> None:
    assert decided(called(peer, forwarded_for)) == caller
    # By default nobody is believed.
    alone = peer_address(called(peer))
    assert decided(called(peer, forwarded_for), trusted_proxies=()) == (None if alone is None else str(alone))


@pytest.mark.parametrize("name", ["HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_CLIENT_IP", "HTTP_VIA", "X_FORWARDED_FOR"])
@pytest.mark.parametrize("value", ["203.0.113.9", "for=203.0.113.9"])
def test_no_other_header_is_looked_at(name: str, value: str) -> None:
    assert decided(called(PROXY, **{name: value})) is None
    assert decided(called(PROXY, "192.0.2.7", **{name: value})) == "192.0.2.7"


def test_hops_are_looked_at_up_to_a_limit() -> None:
    most = [FAR_PROXY] * (MAXIMUM_HOPS - 1)
    assert decided(called(PROXY, ", ".join(["203.0.113.9", *most]))) == "203.0.113.9"
    assert decided(called(PROXY, ", ".join([FAR_PROXY, *most]))) == FAR_PROXY
    assert decided(called(PROXY, ", ".join(["203.0.113.9", FAR_PROXY, *most]))) is None
    assert decided(called(PROXY, ", ".join([FAR_PROXY, FAR_PROXY, *most]))) is None
    assert decided(called(PROXY, "1.1.1.1, " * 100_000 + "203.0.113.9")) == "203.0.113.9"


FORGED = st.text(max_size=120) | st.ip_addresses().map(str) | st.sampled_from([PROXY, FAR_PROXY, "2001:db8:ffff::1", "_x", ""])


@given(st.lists(FORGED, max_size=60), st.ip_addresses().map(str), st.lists(st.sampled_from([PROXY, FAR_PROXY]), max_size=5))
def test_nothing_that_a_client_sends_changes_what_a_proxy_added(forged: list[str], client: str, proxies: list[str]) -> None:
    added = parse_address(client)
    if is_within(added, TRUSTED):
        return
    assert decided(called(PROXY, ", ".join([*forged, client, *proxies]))) == str(added)
    assert decided(called(client, ", ".join([*forged, *proxies]))) == str(added)


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_gets_an_answer(forwarded_for: str, peer: str) -> None:
    for answer in (decided(called(PROXY, forwarded_for)), decided(called(peer, forwarded_for))):
        assert answer is None or str(parse_address(answer)) == answer
