"""Real proxies in front of a server on loopback, as fixtures: `nginx(port)` and `haproxy(port)` give the port to call.

They listen on 127.0.0.1 and ::1, and a client may call from any address of 127.0.0.0/8. They themselves call from
`ADDRESS`, so that a proxy can be trusted and a client on loopback not.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

ADDRESS = "127.0.0.10"
Start = Callable[..., int]

_SERVER = Path(__file__).parent / "web" / "address_server.py"
_STARTED_WITHIN_SECONDS = 20
_ENDED_WITHIN_SECONDS = 20
# Where Debian puts servers, which is not in everybody's PATH.
_SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/sbin")


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Start]:
    """Starts nginx. Options: those of `run_nginx`."""
    with ExitStack() as running:
        yield lambda upstream_port, **options: running.enter_context(run_nginx(tmp_path, upstream_port, **options))


@pytest.fixture
def haproxy(tmp_path: Path) -> Iterator[Start]:
    """Starts HAProxy. Options: those of `run_haproxy`."""
    with ExitStack() as running:
        yield lambda upstream_port, **options: running.enter_context(run_haproxy(tmp_path, upstream_port, **options))


@pytest.fixture
def address_server(tmp_path: Path) -> Iterator[Start]:
    """Starts the server that answers with the caller's address; trusts these proxies."""
    with ExitStack() as running:
        yield lambda *trusted: running.enter_context(_run_server(tmp_path, ",".join(trusted)))


@contextmanager
def run_nginx(
    folder: Path, upstream_port: int, *, http_version: str = "1.0", overwrite: bool = False, address: str = ADDRESS
) -> Iterator[int]:
    """Run nginx before a port of loopback.

    Args:
        folder: where a folder for its files is made.
        upstream_port: the port of 127.0.0.1 to pass requests to.
        http_version: how it speaks to it; "1.0" is nginx's habit.
        overwrite: X-Forwarded-For becomes the caller's address alone, instead of a list that ends in it.
        address: from which it calls.
    """
    port = free_port()
    server = _NGINX_SERVER.format(
        port=port,
        upstream_port=upstream_port,
        http_version=http_version,
        caller="$remote_addr" if overwrite else "$proxy_add_x_forwarded_for",
        address=address,
    )
    with nginx_with(new_folder(folder, "nginx"), server, port):
        yield port


@contextmanager
def run_haproxy(folder: Path, upstream_port: int, *, overwrite: bool = False, address: str = ADDRESS) -> Iterator[int]:
    """Run HAProxy before a port of loopback. Arguments: see `run_nginx`."""
    port = free_port()
    sections = _HAPROXY_SECTIONS.format(
        port=port,
        upstream_port=upstream_port,
        caller="http-request set-header X-Forwarded-For %[src]" if overwrite else "option forwardfor",
        address=address,
    )
    with haproxy_with(new_folder(folder, "haproxy"), sections, port):
        yield port


@contextmanager
def nginx_with(folder: Path, server: str, port: int) -> Iterator[None]:
    """Run nginx with this `server` section, which listens on the port. Its files, certificates too, lie in the folder."""
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, server=server), encoding="utf-8")
    with _running([program("nginx"), "-p", folder, "-e", "stderr", "-c", folder / "nginx.conf"], folder, port):
        yield


@contextmanager
def haproxy_with(folder: Path, sections: str, port: int) -> Iterator[None]:
    """Run HAProxy with these sections, like `nginx_with`."""
    (folder / "haproxy.cfg").write_text(_HAPROXY + sections, encoding="utf-8")
    with _running([program("haproxy"), "-db", "-f", folder / "haproxy.cfg"], folder, port):
        yield


@contextmanager
def _run_server(folder: Path, trusted: str) -> Iterator[int]:
    port, log = free_port(), folder / "server.log"
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TALLYBOOK_", "DJANGO_"))}
    variables = own | {"TALLYBOOK_HOME": str(folder / "home"), "TALLYBOOK_TRUSTED_PROXIES": trusted}
    command = [sys.executable, str(_SERVER), str(port)]
    with log.open("wb") as output, subprocess.Popen(command, env=variables, stdout=output, stderr=output) as process:
        try:
            await_port(port, process, log)
            yield port
        finally:
            process.terminate()


def program(name: str) -> str:
    """Where a server's program is."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS))
    return shutil.which(name, path=path) or pytest.fail(f"This test needs {name}: apt-get install {name}", pytrace=False)


def free_port() -> int:
    """A port that is free on both loopback addresses."""
    with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
        four.bind(("127.0.0.1", 0))
        port = int(four.getsockname()[1])
        six.bind(("::1", port))
        return port


@contextmanager
def _running(command: list[str | Path], folder: Path, port: int) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as output, subprocess.Popen(command, cwd=folder, stdout=output, stderr=output) as process:
        try:
            await_port(port, process, log)
            yield
        finally:
            process.terminate()
            process.wait(_ENDED_WITHIN_SECONDS)


def await_port(port: int, process: "subprocess.Popen[Any]", log: Path) -> None:
    """Wait until somebody listens on a port of loopback."""
    deadline = time.monotonic() + _STARTED_WITHIN_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)


def new_folder(folder: Path, name: str) -> Path:
    """A new folder: the same proxy may run twice."""
    names = (folder / f"{name}-{number}" for number in range(100))
    files = next(path for path in names if not path.exists())
    files.mkdir()
    return files


# One process that starts no others: it works as any user, and nothing is left when it ends.
_NGINX = """
daemon off;
master_process off;
pid "{folder}/pid";
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_max_body_size 1g;
    client_body_temp_path "{folder}/body";
    proxy_temp_path "{folder}/proxy";
    fastcgi_temp_path "{folder}/fastcgi";
    uwsgi_temp_path "{folder}/uwsgi";
    scgi_temp_path "{folder}/scgi";
    {server}
}}
"""

_NGINX_SERVER = """
server {{
    listen 127.0.0.1:{port};
    listen [::1]:{port};
    location / {{
        proxy_pass http://127.0.0.1:{upstream_port};
        proxy_bind {address};
        proxy_http_version {http_version};
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For {caller};
    }}
}}
"""

_HAPROXY = """
global
    maxconn 256
"""

_HAPROXY_SECTIONS = """
defaults
    mode http
    timeout connect 5s
    timeout client 130s
    timeout server 130s
frontend callers
    bind 127.0.0.1:{port}
    bind [::1]:{port}
    {caller}
    default_backend tallybook
backend tallybook
    server first 127.0.0.1:{upstream_port} source {address}
"""
