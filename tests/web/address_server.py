"""A server that answers with the address it takes for the caller's. Run as a program: `address_server.py PORT`.

Its gunicorn and its settings are those of `tallybook serve`, and only the program behind them is not.
"""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest

from tallybook.commands.web_server import WebServer
from tallybook.web.client_address import client_address


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    text = str(client_address(WSGIRequest(environ))).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tallybook.config.settings"
    WebServer(f"127.0.0.1:{sys.argv[1]}", 1, lambda: answer).run()
