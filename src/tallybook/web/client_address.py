"""Which address is calling: the one function that decides it, for address lists, limits and logs."""

import re

from django.conf import settings
from django.http import HttpRequest

from tallybook.web.addresses import Address, parse_address
from tallybook.web.networks import is_within

MAXIMUM_HOPS = 50
# The longest address with a zone, brackets and a port is about as long; what is longer is none.
MAXIMUM_HOP_CHARACTERS = 100
_MAXIMUM_PORT = 65_535
_WITH_PORT = re.compile(r"(?:\[(?P<six>[^\[\]]*:[^\[\]]*)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?")


def client_address(request: HttpRequest) -> Address | None:
    """The address of whoever called, in its canonical form; the only answer to that question in this program.

    It is the peer of the connection, unless that is a trusted proxy: then X-Forwarded-For is walked from the right, past
    trusted proxies only, since all that stands further left was written by somebody who may lie. `Forwarded` and other
    headers are not looked at. Where every hop is trusted, the left-most is the client.

    Returns:
        None where a trusted proxy sent no usable address. Whoever asks for an address list has to refuse then.
    """
    peer = peer_address(request)
    if peer is None or not _is_proxy(peer):
        return peer
    return _first_untrusted(request.META.get("HTTP_X_FORWARDED_FOR", ""))


def address_text(request: HttpRequest) -> str:
    """Whoever called, as logs and lists have it; empty where nobody knows."""
    address = client_address(request)
    return "" if address is None else str(address)


def peer_address(request: HttpRequest) -> Address | None:
    """The other end of the connection: a client, or a proxy. None where there is no address, as at a Unix socket."""
    try:
        return parse_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None


def _first_untrusted(forwarded_for: str) -> Address | None:
    """Several header lines are one list: the server joins them with commas, in their order."""
    hops = forwarded_for.rsplit(",", MAXIMUM_HOPS)
    address = None
    for hop in reversed(hops[-MAXIMUM_HOPS:]):
        address = _read_hop(hop.strip(" \t"))
        if address is None or not _is_proxy(address):
            return address
    # All that were looked at are trusted: that is an answer only if there are no more.
    return address if len(hops) <= MAXIMUM_HOPS else None


def _is_proxy(address: Address) -> bool:
    return is_within(address, settings.INSTALLATION.trusted_proxies)


def _read_hop(hop: str) -> Address | None:
    """An address as proxies write it: some add the port, and put IPv6 into brackets."""
    if len(hop) > MAXIMUM_HOP_CHARACTERS:
        return None
    found = _WITH_PORT.fullmatch(hop)
    if found and int(found["port"] or 0) > _MAXIMUM_PORT:
        return None
    try:
        return parse_address(found["six"] or found["four"] if found else hop)
    except ValueError:
        return None
