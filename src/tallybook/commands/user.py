"""`tallybook user`: people who sign in."""

import secrets
import sys
from typing import Annotated

import typer

from tallybook.commands.acting import acting_operator
from tallybook.commands.environment import open_database
from tallybook.errors import Refused
from tallybook.subscriptions import resetting
from tallybook.subscriptions.models import Role
from tallybook.subscriptions.people import create_user, find_user, grant_role
from tallybook.subscriptions.subscriptions import find_subscription

program = typer.Typer(help="Make people who can sign in, and let them in again.", no_args_is_help=True)


@program.callback()
def _group() -> None:
    """Make people who can sign in, and let them in again."""


@program.command()
def create(
    email: str,
    *,
    subscription: Annotated[str | None, typer.Option(metavar="NAME", help="Where the person gets a role.")] = None,
    role: Annotated[Role, typer.Option(help="What the person may do there.")] = Role.OWNER,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making one.")
    ] = False,
) -> None:
    """Make somebody who signs in with an e-mail address. Without --password-stdin a password is made and shown once."""
    open_database()
    chosen = find_subscription(subscription) if subscription else None
    password = _read_password() if password_stdin else secrets.token_urlsafe(15)
    user = create_user(email, password)
    if chosen:
        grant_role(chosen, user, role, actor=acting_operator())
    print(f"Made {user.email}" + (f", {role.value} of {chosen.name!r}." if chosen else ", without a role so far."))
    if not password_stdin:
        print(f"Password: {password}")
        print("It is not shown again.")


@program.command()
def reset_password(
    email: str,
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making one.")
    ] = False,
) -> None:
    """Give somebody another password and sign them out everywhere. Without --password-stdin it is made and shown once."""
    open_database()
    user = find_user(email)
    password = _read_password() if password_stdin else secrets.token_urlsafe(15)
    ended = resetting.reset_password(user, password, actor=acting_operator())
    print(f"{user.email} has another password, and was signed out of {_browsers(ended)}.")
    if not password_stdin:
        print(f"Password: {password}")
        print("It is not shown again.")


@program.command()
def reset_totp(
    email: str,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Switch TOTP off for somebody who has lost the app and the recovery codes, and sign them out everywhere.

    See first that it is them who ask: afterwards their password alone signs in.
    """
    open_database()
    user = find_user(email)
    if not yes and not _agrees(f"Switch TOTP off for {user.email}?"):
        raise Refused("Nothing was changed. Answer y, or give --yes, to switch it off.")
    ended = resetting.reset_totp(user, actor=acting_operator())
    print(f"TOTP is off for {user.email}, who was signed out of {_browsers(ended)}.")


def _agrees(question: str) -> bool:
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _browsers(number: int) -> str:
    return f"{number} browser{'' if number == 1 else 's'}"


def _read_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise Refused("Standard input has no password. Write it there as one line.")
    return password
