"""Whoever calls a link: one connection that is kept, and requests as bytes, so that thousands of calls cost little."""

import socket
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID

_SECONDS = 60
_BLOCK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    head: bytes = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def problem(self) -> str:
        """The kind of problem that the body tells, empty where it tells none."""
        _, _, name = self.body.partition(b'"/problems/')
        return name.partition(b'"')[0].decode()

    @property
    def retry_after(self) -> int:
        return int(self.headers.get("retry-after", 0))


class Caller:
    """A connection to a server on loopback, opened anew where it was closed."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self._port, self._source = port, source
        self._connection: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def own_port(self) -> int:
        """By which the server knows this connection."""
        return int(self._open().getsockname()[1])

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def call(self, link: UUID, key: str, method: str = "GET") -> Answer:
        """Call a link. Where the server closed an idle connection, of which no byte was answered, the call is made again."""
        try:
            return self.call_once(link, key, method)
        except ConnectionError:
            self.close()
            return self.call_once(link, key, method)

    def call_once(self, link: UUID, key: str, method: str = "GET") -> Answer:
        """Call a link, whatever becomes of it."""
        return self.ask(f"{method} /api/v1/report-links/{link} HTTP/1.1", f"X-API-KEY: {key}")

    def ask(self, first_line: str, *lines: str) -> Answer:
        """Send a request as it stands."""
        request = "\r\n".join([first_line, "Host: localhost", *lines, "", ""]).encode("latin-1")
        return self._ask(request, has_body=not first_line.startswith("HEAD "))

    def _open(self) -> socket.socket:
        if self._connection is None:
            self._connection = socket.create_connection(("127.0.0.1", self._port), _SECONDS, (self._source, 0))
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._connection

    def _ask(self, request: bytes, *, has_body: bool) -> Answer:
        connection = self._open()
        connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += _more(connection)
        head, _, body = received.partition(b"\r\n\r\n")
        status, headers = _read_head(head)
        wanted = int(headers.get("content-length", 0)) if has_body and status != 304 else 0
        parts, size = [body], len(body)
        while size < wanted:
            parts.append(_more(connection))
            size += len(parts[-1])
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, head, b"".join(parts))


def _read_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs: Any = (line.split(": ", 1) for line in lines)
    return int(first.split(" ", 2)[1]), {name.lower(): value for name, value in pairs}


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(_BLOCK_BYTES)
    if not part:
        raise ConnectionResetError("The server closed the connection.")
    return part
