"""`tallybook demo`: a made-up MSP to look at."""

import json
import sys
from typing import Annotated

import typer
from django.conf import settings

from tallybook.commands.demo import ensure_demo
from tallybook.commands.environment import can_migrate, migrate_database, open_database
from tallybook.commands.options import AsJson
from tallybook.commands.serve import DEFAULT_PORT, serve_console


def demo(
    *,
    serve: Annotated[bool, typer.Option(help="Serve the console afterwards, until Ctrl-C.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the console on localhost.")] = DEFAULT_PORT,
    as_json: AsJson = False,
) -> None:
    """Load a made-up MSP with 40 customers and 13 months, show how to sign in, and serve the console."""
    if can_migrate():
        migrate_database()
    open_database()
    access = ensure_demo()
    for note in access.notes:
        sys.stderr.write(f"tallybook: {note}\n")
    url = f"http://localhost:{port}" if port != DEFAULT_PORT else settings.INSTALLATION.public_url
    if as_json:
        told = {"url": url, "subscription": access.subscription, "email": access.email, "password": access.password}
        print(json.dumps(told, ensure_ascii=False), flush=True)
    else:
        print(f"The demo's subscription is {access.subscription!r}. Open {url} and sign in:", flush=True)
        print(f"  E-mail    {access.email}\n  Password  {access.password}", flush=True)
    if serve:
        serve_console("127.0.0.1", port, 2)
