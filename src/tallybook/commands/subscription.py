"""`tallybook subscription`: the MSPs of this installation."""

from typing import Annotated

import typer

from tallybook.commands.environment import open_database
from tallybook.subscriptions.subscriptions import create_subscription, list_subscriptions

program = typer.Typer(help="Make and list subscriptions.", no_args_is_help=True)


@program.command()
def create(
    name: str,
    time_zone: Annotated[str, typer.Option(help="Zone of times that files give without one, such as Europe/Malta.")] = "UTC",
) -> None:
    """Make a subscription: one MSP's account."""
    open_database()
    made = create_subscription(name, time_zone)
    print(f"Made the subscription {made.name!r} with the time zone {made.time_zone}.")


@program.command("list")
def list_() -> None:
    """Show all subscriptions, one a line."""
    open_database()
    for subscription in list_subscriptions():
        print(f"{subscription.name}\t{subscription.time_zone}")
