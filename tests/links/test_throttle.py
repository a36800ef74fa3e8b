"""Wrong keys are counted for each network, in bounded memory (SAFETY: Once in five minutes)."""

from ipaddress import IPv4Address, IPv6Address

from tallybook.links.throttle import LIMIT, MOST_NETWORKS, BadKeys
from tallybook.web.addresses import parse_address


def test_memory_is_bounded_by_100_000_networks() -> None:
    keys = BadKeys()
    for _ in range(LIMIT):
        keys.note(IPv4Address("192.0.2.7"))
    assert keys.wait_seconds(IPv4Address("192.0.2.7")) > 0
    for number in range(100_000):
        keys.note(IPv4Address(0x0A000000 + number))
    assert len(keys) == MOST_NETWORKS
    assert keys.wait_seconds(IPv4Address("192.0.2.7")) == 0


def test_the_loudest_is_not_forgotten_for_the_many() -> None:
    keys = BadKeys()
    loud = IPv4Address("192.0.2.7")
    for number in range(3 * MOST_NETWORKS):
        keys.note(IPv4Address(0x0A000000 + number))
        keys.note(loud)
    assert keys.wait_seconds(loud) > 0
    assert len(keys) == MOST_NETWORKS


def test_a_site_of_ipv6_is_one_network_and_its_neighbour_another() -> None:
    keys = BadKeys()
    for number in range(LIMIT):
        keys.note(IPv6Address(f"2001:db8:0:1::{number:x}"))
    assert keys.wait_seconds(IPv6Address("2001:db8:0:1:ffff::1")) > 0
    assert keys.wait_seconds(IPv6Address("2001:db8:0:2::1")) == 0
    assert len(keys) == 1


def test_mapped_addresses_are_ipv4_and_each_of_them_is_alone() -> None:
    keys = BadKeys()
    for _ in range(LIMIT):
        keys.note(parse_address("::ffff:192.0.2.7"))
    assert keys.wait_seconds(parse_address("192.0.2.7")) > 0
    assert keys.wait_seconds(parse_address("192.0.2.8")) == 0
    assert keys.wait_seconds(None) == 0
