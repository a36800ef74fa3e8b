"""`tallybook serve`: the console and the addresses that programs call."""

import errno
import gc
import ipaddress
import socket
from typing import Annotated, Any

import typer
from django.conf import settings
from django.db import connections

from tallybook.commands.environment import open_database
from tallybook.commands.web_server import WebServer
from tallybook.errors import Refused, SettingRefused

DEFAULT_PORT = 8000
_OBJECTS_BEFORE_COLLECTING = 20_000


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = DEFAULT_PORT,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Number of processes.")] = 2,
) -> None:
    """Serve the console until the process is told to stop."""
    open_database()
    serve_console(host, port, workers)


def serve_console(host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM or Ctrl-C; requests that run are finished first.

    Raises:
        Refused: the port is taken.
        SettingRefused: the console would be reached over plain http from other machines.
    """
    _check_https(host)
    _check_free(host, port)
    _tell_port(port)
    shown = f"[{host}]" if ":" in host else host
    # Workers are forks: two of them on one inherited connection would get each other's answers.
    connections.close_all()
    print(f"Serving on http://{shown}:{port} (stop with Ctrl-C).", flush=True)
    WebServer(f"{shown}:{port}", workers, _load_console).run()


def _load_console() -> Any:  # noqa: ANN401 - gunicorn's word for a WSGI program
    # Imported in the worker only, see `WebServer`.
    from tallybook.config.wsgi import application  # noqa: PLC0415

    _collect_garbage_seldom()
    return application


def _collect_garbage_seldom() -> None:
    """What was loaded stays, so it need not be walked again; and a call leaves hardly any garbage that counting misses."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING)


def _check_https(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and settings.INSTALLATION.public_url.startswith("http://"):
        raise SettingRefused(
            f"Listening on {host} would let people sign in over plain http. Set TALLYBOOK_PUBLIC_URL to the https address of "
            "the proxy in front, or listen on 127.0.0.1."
        )


def _tell_port(port: int) -> None:
    """Report links and invitations say the address of the console: where nobody has set it, with the port that is served."""
    if "public_url" not in settings.INSTALLATION.model_fields_set:
        served = {"public_url": f"http://localhost:{port}"}
        settings.INSTALLATION = settings.INSTALLATION.model_copy(update=served)


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                reason = f"Port {port} is taken by another program. Choose another with --port."
            else:
                reason = f"Cannot listen on {host} port {port}: {error.strerror}. Choose another address or port."
            raise Refused(reason) from None
