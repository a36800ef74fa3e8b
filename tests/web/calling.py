"""Calls with header lines as they are given, which no HTTP library would send, from a chosen address of loopback."""

import socket
import ssl
from contextlib import ExitStack

_SECONDS = 30


def call(port: int, source: str, lines: list[str], tls: ssl.SSLContext | None = None, *, path: str = "/") -> tuple[int, str]:
    """Status and body of one GET, sent from `source` to the loopback address of its family."""
    target = "::1" if ":" in source else "127.0.0.1"
    request = "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *lines, "", ""])
    with ExitStack() as stack:
        plain = socket.create_connection((target, port), timeout=_SECONDS, source_address=(source, 0))
        connection = stack.enter_context(tls.wrap_socket(plain) if tls else plain)
        connection.sendall(request.encode("latin-1"))
        head, _, body = _everything(connection).partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body.decode()


def _everything(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received
