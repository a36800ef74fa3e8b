"""Wrong keys are counted for each network that sends them, in bounded memory.

Nobody guesses a key; what a flood costs is a query for each. Beyond the limit a network gets no query any more, unless the id
of the key is one that exists: so a flood from behind the same address does not keep out the holder of a good key.
"""

import threading
import time
from collections import OrderedDict

from tallybook.database.queries import rows
from tallybook.web.addresses import Address, Network, network_of

LIMIT = 30
WINDOW_SECONDS = 60.0
MOST_NETWORKS = 10_000
_KNOWN_FOR_SECONDS = 1.0


class BadKeys:
    """How many wrong keys each network sent in its current window. Of too many networks the longest silent are forgotten."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Network | None, tuple[float, int]] = OrderedDict()
        self._known: frozenset[str] = frozenset()
        self._known_until = 0.0
        self._guard = threading.Lock()
        self._asking = threading.Lock()

    def __len__(self) -> int:
        return len(self._counts)

    def note(self, address: Address | None) -> None:
        """One wrong key more."""
        network = network_of(address) if address else None
        with self._guard:
            began, count = self._current(network)
            self._counts[network] = (began, count + 1)
            self._counts.move_to_end(network)
            if len(self._counts) > MOST_NETWORKS:
                self._counts.popitem(last=False)

    def wait_seconds(self, address: Address | None) -> float:
        """How long the network has to wait before it is listened to again; 0 where it may go on."""
        with self._guard:
            began, count = self._current(network_of(address) if address else None)
            return max(began + WINDOW_SECONDS - time.monotonic(), 0.0) if count >= LIMIT else 0.0

    def is_known(self, key_id: str) -> bool:
        """Whether there is a key of this id, as of a moment ago: one query a second, whatever the flood."""
        # One thread asks and the others wait for it: to them the holder of a good key would be unknown meanwhile.
        with self._asking:
            if time.monotonic() >= self._known_until:
                self._known = frozenset(one for (one,) in rows("SELECT key_id FROM key_register"))
                self._known_until = time.monotonic() + _KNOWN_FOR_SECONDS
            return key_id in self._known

    def _current(self, network: Network | None) -> tuple[float, int]:
        now = time.monotonic()
        began, count = self._counts.get(network, (now, 0))
        return (began, count) if now - began < WINDOW_SECONDS else (now, 0)


bad_keys = BadKeys()
