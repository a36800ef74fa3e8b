"""All commands, by name."""

from typing import Annotated

import typer

from tallybook.commands import (
    audit,
    bill,
    customer,
    database,
    demo_command,
    import_command,
    link,
    migrate,
    product,
    report,
    rule,
    serve,
    subscription,
    user,
)

program = typer.Typer(
    name="tallybook",
    help="Keeps count of backup usage and hands the count on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - needed by nobody else

        typer.echo(f"tallybook {version('tallybook')}")
        raise typer.Exit


@program.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options that stand before any command."""


program.command("demo")(demo_command.demo)
program.command("serve")(serve.serve)
program.command("migrate")(migrate.migrate)
program.command("import")(import_command.import_)
program.command("bill")(bill.bill)
program.command("report")(report.report)
program.add_typer(subscription.program, name="subscription")
program.add_typer(user.program, name="user")
program.add_typer(product.program, name="product")
program.add_typer(customer.program, name="customer")
program.add_typer(rule.program, name="rule")
program.add_typer(link.program, name="link")
program.add_typer(audit.program, name="audit")
program.add_typer(database.program, name="database")
