"""Lists of addresses and networks, as people type them: who may call a report link, which proxies are trusted."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from tallybook.errors import Refused
from tallybook.web.addresses import Address, Network, parse_address

MAXIMUM_NETWORKS = 1_000
_SHOWN_CHARACTERS = 60
_SHOWN_ENTRIES = 5
_MAPPED_BITS = 96
_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")


def read_networks(lines: Iterable[str]) -> tuple[Network, ...]:
    """The networks that these lines name, one a line: canonical, sorted, each once. Blank lines are skipped.

    Bits of a host are cut off: 10.1.2.3/24 is 10.1.2.0/24.

    Raises:
        Refused: entries that are none or that mean everybody, no entry at all, or too many.
    """
    networks: set[Network] = set()
    wrong: dict[str, str] = {}
    for text in filter(None, map(str.strip, lines)):
        try:
            networks.add(_read_network(text))
        except Refused as error:
            wrong[_shown(text)] = str(error)
    if wrong:
        raise Refused(_all_in_words(wrong))
    if not networks:
        raise Refused("The list names no address. Name at least one address or network, such as 192.0.2.7 or 198.51.100.0/24.")
    if len(networks) > MAXIMUM_NETWORKS:
        raise Refused(f"The list has {len(networks):,} entries; at most {MAXIMUM_NETWORKS:,}. Name networks, not each address.")
    return tuple(sorted(networks, key=_rank))


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether one of the networks holds the address, which has to be canonical (see `client_address`)."""
    return any(address in network for network in networks)


def network_text(network: Network) -> str:
    """As a person would type it: a single address without /32 or /128."""
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


def _rank(network: Network) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen


def _all_in_words(wrong: dict[str, str]) -> str:
    """What is wrong with the first entry, and which others have to be mended too."""
    first, *others = wrong
    if not others:
        return wrong[first]
    named = ", ".join(others[:_SHOWN_ENTRIES])
    more = f" and {len(others) - _SHOWN_ENTRIES:,} more" if len(others) > _SHOWN_ENTRIES else ""
    return f"{wrong[first]} Wrong as well: {named}{more}."


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def _read_network(text: str) -> Network:
    shown = _shown(text)
    if "%" in text:
        raise Refused(f"{shown} has a zone (%), which means something on one machine only. Leave it out.")
    try:
        network = _canonical_network(text)
    except ValueError:
        raise Refused(
            f"{shown} is no address and no network. Write it like 192.0.2.7, 198.51.100.0/24 or 2001:db8::/32, "
            "without leading zeros in decimal numbers."
        ) from None
    if network.prefixlen == 0:
        raise Refused(f"{shown} means every IPv{network.version} address. Name the addresses or networks that are meant.")
    return network


def _canonical_network(text: str) -> Network:
    host, slash, prefix = text.partition("/")
    address = parse_address(host)
    if not slash:
        return _network(address, address.max_prefixlen)
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(prefix)
    # Mapped IPv4 was written with IPv6's prefix. A shorter one than the mapping's own would hold no IPv4 address.
    is_mapped = isinstance(address, IPv4Address) and ":" in host
    return _network(address, int(prefix) - (_MAPPED_BITS if is_mapped else 0))


def _network(address: Address, prefix: int) -> Network:
    if prefix < 0:
        raise ValueError(prefix)
    if isinstance(address, IPv6Address):
        return IPv6Network((address, prefix), strict=False)
    return IPv4Network((address, prefix), strict=False)
