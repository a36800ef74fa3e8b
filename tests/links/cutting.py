"""A line that breaks: it passes connections on to a server, and ends the first one in the middle of the answer."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from select import select
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

_SECONDS = 60
_BLOCK_BYTES = 65_536


class _Line(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, upstream_port: int, after_bytes: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.upstream_port = upstream_port
        self.most_bytes = iter([after_bytes])


class _Connection(BaseRequestHandler):
    server: _Line

    def handle(self) -> None:
        most_bytes = next(self.server.most_bytes, sys.maxsize)
        with socket.create_connection(("127.0.0.1", self.server.upstream_port), _SECONDS) as upstream:
            _pass_on(self.request, upstream, most_bytes)


def _pass_on(client: socket.socket, upstream: socket.socket, most_bytes: int) -> None:
    """Both ways, until either end closes or the server has said so many bytes."""
    while most_bytes > 0:
        readable, _, _ = select([client, upstream], [], [], _SECONDS)
        for source in readable:
            block = source.recv(_BLOCK_BYTES)
            if source is upstream:
                client.sendall(block[:most_bytes])
                most_bytes -= len(block)
            else:
                upstream.sendall(block)
            if not block:
                return
        if not readable:
            return


@contextmanager
def cutting(upstream_port: int, after_bytes: int) -> Iterator[int]:
    """Gives the port of a line whose first connection breaks after so many bytes of the answer, its head included."""
    with _Line(upstream_port, after_bytes) as line:
        thread = Thread(target=line.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield int(line.server_address[1])
        finally:
            line.shutdown()
            thread.join()
