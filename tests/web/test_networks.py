"""Lists of addresses as people type them."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallybook.errors import Refused
from tallybook.web.addresses import Address, parse_address
from tallybook.web.networks import MAXIMUM_NETWORKS, is_within, network_text, read_networks

NO_ADDRESS = "is no address and no network. Write it like 192.0.2.7"


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (["192.0.2.7"], ["192.0.2.7"]),
        (["192.0.2.7/32"], ["192.0.2.7"]),
        (["  192.0.2.7\t"], ["192.0.2.7"]),
        (["10.1.2.3/24"], ["10.1.2.0/24"]),
        (["10.1.2.3/1"], ["0.0.0.0/1"]),
        (["2001:DB8::7"], ["2001:db8::7"]),
        (["2001:db8::7/128"], ["2001:db8::7"]),
        (["2001:db8::7/32"], ["2001:db8::/32"]),
        (["::ffff:192.0.2.7"], ["192.0.2.7"]),
        (["::ffff:c000:207"], ["192.0.2.7"]),
        (["::ffff:192.0.2.7/120"], ["192.0.2.0/24"]),
        (["::ffff:c000:207/128"], ["192.0.2.7"]),
        (["::ffff:192.0.2.7/97"], ["128.0.0.0/1"]),
        (["", " ", "192.0.2.7", "\t"], ["192.0.2.7"]),
        (["192.0.2.7", "::ffff:192.0.2.7", "192.0.2.7/32"], ["192.0.2.7"]),
        (["10.1.2.3/24", "10.1.2.4/24"], ["10.1.2.0/24"]),
        (["10.1.2.0/24", "10.1.2.3"], ["10.1.2.0/24", "10.1.2.3"]),
        (["::1", "192.0.2.10", "192.0.2.9", "9.0.0.0/8"], ["9.0.0.0/8", "192.0.2.9", "192.0.2.10", "::1"]),
    ],
)
def test_entries_are_shown_back_as_they_are_understood(lines: list[str], shown: list[str]) -> None:
    networks = read_networks(lines)
    assert [network_text(network) for network in networks] == shown
    assert read_networks(shown) == networks


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("0.0.0.0/0", "0.0.0.0/0 means every IPv4 address. Name the addresses or networks that are meant."),
        ("10.0.0.1/0", "means every IPv4 address"),
        ("::/0", "::/0 means every IPv6 address."),
        ("2001:db8::/0", "means every IPv6 address"),
        ("::ffff:0:0/96", "::ffff:0:0/96 means every IPv4 address."),
        ("::ffff:192.0.2.7/95", NO_ADDRESS),
        ("::ffff:0:0/0", NO_ADDRESS),
        ("*", f"* {NO_ADDRESS}"),
        ("all", NO_ADDRESS),
        ("localhost", NO_ADDRESS),
        ("192.0.2.*", NO_ADDRESS),
        ("192.0.2", NO_ADDRESS),
        ("192.0.2.0/33", NO_ADDRESS),
        ("2001:db8::/129", NO_ADDRESS),
        ("192.0.2.0/-1", NO_ADDRESS),
        ("192.0.2.0/+24", NO_ADDRESS),
        ("192.0.2.0/", NO_ADDRESS),
        ("/24", NO_ADDRESS),
        ("192.0.2.0/24/24", NO_ADDRESS),
        ("192.0.2.0 /24", NO_ADDRESS),
        ("192.0.2.0/\u0662\u0664", NO_ADDRESS),
        ("192.0.2.0/255.255.255.0", NO_ADDRESS),
        ("192.0.2.1-192.0.2.9", NO_ADDRESS),
        ("192.0.2.7, 192.0.2.8", NO_ADDRESS),
        ("192.0.2.7:443", NO_ADDRESS),
        ("[::1]", NO_ADDRESS),
        ("192.0.2.07", "without leading zeros"),
        ("010.0.0.0/8", "without leading zeros"),
        ("10.0.0.0/08", "without leading zeros"),
        ("::ffff:192.0.2.07", "without leading zeros"),
        ("fe80::1%eth0", "fe80::1%eth0 has a zone (%), which means something on one machine only. Leave it out."),
        ("fe80::%eth0/64", "has a zone"),
        ("x" * 5_000, f"{'x' * 60}... {NO_ADDRESS}"),
    ],
)
def test_other_entries_are_refused_in_words(entry: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read_networks(["198.51.100.7", entry])
    assert reason in str(refused.value)
    assert len(str(refused.value)) < 250


def test_all_that_has_to_be_mended_is_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read_networks(["192.0.2.07", "192.0.2.7", "all", "::/0", "all"])
    assert str(refused.value).startswith("192.0.2.07 is no address and no network.")
    assert str(refused.value).endswith(" Wrong as well: all, ::/0.")


def test_of_many_that_are_wrong_some_are_named() -> None:
    with pytest.raises(Refused, match=r" Wrong as well: x1, x2, x3, x4, x5 and 1,994 more\.$"):
        read_networks(f"x{number}" for number in range(2_000))


@pytest.mark.parametrize("lines", [[], [""], [" ", "\t\r\n"]])
def test_an_empty_list_is_refused_since_it_would_not_say_whether_nobody_or_everybody_is_meant(lines: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        read_networks(lines)
    assert str(refused.value).startswith("The list names no address. Name at least one")
    assert str(refused.value).endswith(".")


def test_a_list_has_an_end() -> None:
    lines = [f"10.0.{number >> 8}.{number & 255}" for number in range(MAXIMUM_NETWORKS + 1)]
    assert len(read_networks(lines[1:])) == MAXIMUM_NETWORKS
    with pytest.raises(Refused, match=r"has 1,001 entries; at most 1,000\."):
        read_networks(lines)


@pytest.mark.parametrize(
    ("caller", "is_allowed"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("192.0.2.8", False),
        ("198.51.100.0", True),
        ("198.51.100.255", True),
        ("198.51.101.0", False),
        ("198.51.99.255", False),
        ("2001:db8:ffff::1", True),
        ("2001:db9::", False),
        ("::c000:207", False),
        ("64:ff9b::c000:207", False),
        ("fe80::1%eth1", True),
    ],
)
def test_who_is_within(caller: str, *, is_allowed: bool) -> None:
    networks = read_networks(["192.0.2.7", "198.51.100.0/24", "2001:db8::/32", "fe80::1"])
    assert is_within(parse_address(caller), networks) is is_allowed
    assert not is_within(parse_address(caller), [])


@given(
    st.ip_addresses().map(lambda address: parse_address(str(address))),
    st.integers(min_value=1, max_value=32),
    st.integers(min_value=1, max_value=32),
)
def test_a_network_holds_exactly_what_shares_its_first_bits(address: Address, prefix: int, bit: int) -> None:
    (network,) = read_networks([f"{address}/{prefix}"])
    other = type(address)(int(address) ^ 1 << (address.max_prefixlen - bit))
    assert network == ip_network((address, prefix), strict=False)
    assert is_within(address, [network])
    assert is_within(other, [network]) is (bit > prefix)
    assert read_networks([network_text(network)]) == (network,)
