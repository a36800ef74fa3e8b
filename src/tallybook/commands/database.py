"""`tallybook database`: PostgreSQL's own programs on the installation's database."""

import os
import subprocess
from typing import Annotated, Literal

import typer
from django.conf import settings
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from tallybook.commands.environment import reach_database, uses_own_database
from tallybook.database import embedded
from tallybook.database.embedded.binaries import installed_binaries
from tallybook.errors import SettingRefused

# A service or an address given in the environment would win over the host that we name there.
_MISLEADING_VARIABLES = ("PGSERVICE", "PGHOSTADDR")

program = typer.Typer(help="The database itself: dump it, restore it, look into it.", no_args_is_help=True)


@program.callback()
def _group() -> None:
    """The database itself: dump it, restore it, look into it."""


@program.command(context_settings={"ignore_unknown_options": True})
def run(
    name: Annotated[Literal["pg_dump", "pg_restore", "psql"], typer.Argument(help="The program.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="What to say to it; put -- before the program's name.")] = None,
) -> None:
    """Run a program of PostgreSQL as the role that owns the schema. It is told where the database is; its status is passed on.

    An embedded PostgreSQL that has no database yet gets an empty one: the schema is not made, so that a dump can be restored.
    """
    address = _owner_address()
    done = subprocess.run([installed_binaries().program(name), *(arguments or ())], env=_environment(address), check=False)
    raise typer.Exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


def _owner_address() -> str:
    """The owner's address of a server that answers, and goes on to as long as this process lives."""
    if not uses_own_database():
        reach_database()
        return embedded.hold(settings.INSTALLATION.home).owner_url
    own: SecretStr | None = settings.INSTALLATION.owner_database_url
    if own is None:
        raise SettingRefused("Set TALLYBOOK_OWNER_DATABASE_URL to the address of the role that owns the schema.")
    return own.get_secret_value()


def _environment(address: str) -> dict[str, str]:
    """Our environment with the address in libpq's variables: unlike an argument, it is not shown to other users."""
    variables = {option.keyword: option.envvar for option in pq.Conninfo.get_defaults() if option.envvar}
    parts = conninfo_to_dict(address)
    given = {variables[name.encode()].decode(): str(value) for name, value in parts.items() if name.encode() in variables}
    return {name: value for name, value in os.environ.items() if name not in _MISLEADING_VARIABLES} | given
