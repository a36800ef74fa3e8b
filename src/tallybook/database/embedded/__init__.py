"""A PostgreSQL of one's own: for a first run, for tests and for small installations.

`hold(home)` gives the addresses of a running server whose data lie under `home`. The first call makes the cluster. Who
keeps the server running is a small process of its own, the keeper; it stops the server when the last process that holds
it has gone, however that went. Nothing here knows Django.
"""

from tallybook.database.embedded.holding import hold, release
from tallybook.database.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer", "hold", "release"]
