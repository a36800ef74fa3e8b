"""Who may call a link: anyone, or addresses and networks. Anyone is a choice of its own: an empty list is none."""

from collections.abc import Iterable
from functools import lru_cache

from tallybook.web.addresses import Address, Network
from tallybook.web.networks import is_within, network_text, read_networks

_LISTS_REMEMBERED = 1024


def normalised(entries: Iterable[str]) -> list[str]:
    """The entries as they are stored and shown back.

    Raises:
        Refused: an entry that is none, or no entry at all.
    """
    return [network_text(network) for network in read_networks(entries)]


def is_allowed(address: Address, allowed: tuple[str, ...]) -> bool:
    return is_within(address, _networks(allowed))


@lru_cache(_LISTS_REMEMBERED)
def _networks(allowed: tuple[str, ...]) -> tuple[Network, ...]:
    return read_networks(allowed)
