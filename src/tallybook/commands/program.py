"""All commands, by name. Of them, only the one that is wanted is loaded: a start is mostly loading what commands need."""

from importlib import import_module
from typing import Annotated, Final

import typer

COMMANDS: Final = {
    "demo": "demo_command:demo",
    "serve": "serve:serve",
    "migrate": "migrate:migrate",
    "import": "import_command:import_",
    "bill": "bill:bill",
    "report": "report:report",
    "subscription": "subscription:program",
    "user": "user:program",
    "product": "product:program",
    "customer": "customer:program",
    "rule": "rule:program",
    "link": "link:program",
    "audit": "audit:program",
    "database": "database:program",
}
"""Each with its module and what in it is the command, or the group of its commands."""


def program(wanted: str = "") -> typer.Typer:
    """The program with this one of its commands; with all of them where there is none of the name, as for `--help`."""
    made = typer.Typer(
        name="tallybook",
        help="Keeps count of backup usage and hands the count on.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
    )
    made.callback()(_options)
    for name in [wanted] if wanted in COMMANDS else COMMANDS:
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(import_module(f"tallybook.commands.{module}"), attribute)
        if isinstance(command, typer.Typer):
            made.add_typer(command, name=name)
        else:
            made.command(name)(command)
    return made


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - needed by nobody else

        typer.echo(f"tallybook {version('tallybook')}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options that stand before any command."""
