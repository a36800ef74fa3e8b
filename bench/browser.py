"""As much of a browser as signing in and downloading takes: it keeps cookies, and sends them over http to this machine."""

import http.client
import re
import time
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlencode

_BLOCK_BYTES = 1024 * 1024
_TIMEOUT_SECONDS = 600


class Downloaded(NamedTuple):
    """A download: how large, its digest, and after how many seconds the first and the last byte were there."""

    size_bytes: int
    sha256: bytes
    first_seconds: float
    last_seconds: float


class Browser:
    """Somebody at a server on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def sign_in(self, email: str, password: str) -> None:
        page = self._ask("GET", "/sign-in/").read().decode()
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        form = {"csrfmiddlewaretoken": token, "login": email, "password": password}
        self._ask("POST", "/sign-in/", form, wanted=http.HTTPStatus.FOUND)

    def download(self, path: str, *, compressed: bool = False) -> Downloaded:
        """Download a file, or a page compressed as browsers have them, and throw it away."""
        began = time.perf_counter()
        response = self._ask("GET", path, coding="gzip" if compressed else "identity")
        digest, size_bytes, first_seconds = sha256(), 0, 0.0
        while block := response.read(_BLOCK_BYTES):
            first_seconds = first_seconds or time.perf_counter() - began
            digest.update(block)
            size_bytes += len(block)
        return Downloaded(size_bytes, digest.digest(), first_seconds, time.perf_counter() - began)

    def _ask(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        *,
        wanted: int = http.HTTPStatus.OK,
        coding: str = "identity",
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("localhost", self._port, timeout=_TIMEOUT_SECONDS)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()), "Accept-Encoding": coding}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form else None, headers)
        response = connection.getresponse()
        if response.status != wanted:
            raise RuntimeError(f"{method} {path} was answered with {response.status}.")
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value
        return response
