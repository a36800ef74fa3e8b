"""One form for each address, and whom a limit counts together."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallybook.web.addresses import network_of, parse_address

ADDRESSES = st.ip_addresses()


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - an address like any other here
        ("2001:DB8::7", "2001:db8::7"),
        ("2001:0db8:0000:0000:0000:0000:0000:0007", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:c000:207", "192.0.2.7"),
        ("0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7%eth0", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("fe80::1%25", "fe80::1"),
        ("::192.0.2.7", "::c000:207"),
        ("64:ff9b::192.0.2.7", "64:ff9b::c000:207"),
    ],
)
def test_one_address_has_one_form(text: str, canonical: str) -> None:
    address = parse_address(text)
    assert str(address) == canonical
    assert parse_address(canonical) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "192.0.2.07",
        "192.0.2.007",
        "0192.0.2.7",
        "::ffff:192.0.2.07",
        "192.0.2",
        "192.0.2.7.",
        "192.0.2.256",
        "192.0.2.-7",
        "0xc0.0.2.7",
        "3221225991",
        "192.0.2.7/32",
        "192.0.2.7:80",
        "192.0.2.7%eth0",
        " 192.0.2.7",
        "192.0.2.7\n",
        "\u0661.2.3.4",
        "[::1]",
        "::1::",
        "fe80::1%",
        "fe80::1%a%b",
        "1:2:3:4:5:6:7:8:9",
        "02001:db8::7",
        "localhost",
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse_address(text)
    assert refused.type.__name__ in ("ValueError", "AddressValueError")


@given(ADDRESSES)
def test_every_address_is_read_and_no_mapped_one_is_left(address: IPv4Address | IPv6Address) -> None:
    read = parse_address(str(address))
    assert read == (getattr(address, "ipv4_mapped", None) or address)
    assert parse_address(str(read)) == read


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_the_address(address: IPv4Address) -> None:
    assert parse_address(f"::ffff:{address}") == address
    assert parse_address(f"::ffff:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}%1") == address


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
    ],
)
def test_ipv6_counts_by_its_site(address: str, counted: str) -> None:
    network = network_of(ip_address(address))
    assert str(network) == counted
    assert ip_address(address) in network
