"""IP addresses in one canonical form."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_SITE_PREFIX = 64
# Reading an address takes longer than most of what is done with it, and the same ones call again.
_KNOWN_ADDRESSES = 1000


@lru_cache(_KNOWN_ADDRESSES)
def parse_address(text: str) -> Address:
    """An address in its canonical form, so that equal addresses compare equal.

    IPv4 that is mapped into IPv6 becomes IPv4, and a zone (`%eth0`), which means something on one machine only, is dropped.

    Raises:
        ValueError: no address, or one with leading zeros in a decimal part, which some programs read as octal.
    """
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


@lru_cache(_KNOWN_ADDRESSES)
def network_of(address: Address) -> Network:
    """Whom a limit counts together: an IPv4 address alone, an IPv6 address with its /64, of which one site has plenty."""
    if isinstance(address, IPv4Address):
        return IPv4Network(address)
    return IPv6Network((address, _SITE_PREFIX), strict=False)
