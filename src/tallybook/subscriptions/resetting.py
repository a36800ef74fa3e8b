"""What the operator does for people who cannot sign in: a new password, and TOTP off.

Each is recorded in every subscription in which they have a role.
"""

from django.db import transaction

from tallybook.audit.acting import Actor
from tallybook.errors import Refused
from tallybook.subscriptions.everywhere import record_everywhere
from tallybook.subscriptions.models import User
from tallybook.subscriptions.passwords import LEAST_CHARACTERS, change_password
from tallybook.subscriptions.sessions import end_sessions
from tallybook.subscriptions.totp import turn_off


def reset_password(user: User, password: str, *, actor: Actor) -> int:
    """Give somebody another password, long enough for whoever has no TOTP. Returns how many browsers it signed out.

    Raises:
        Refused: the password is too weak.
    """
    if len(password) < LEAST_CHARACTERS:
        raise Refused(f"This password is too short: it has to have at least {LEAST_CHARACTERS} characters.")
    with transaction.atomic():
        change_password(user, password)
        ended = end_sessions(user)
        record_everywhere(user, actor, "person.password-reset")
        return ended


def reset_totp(user: User, *, actor: Actor) -> int:
    """Switch somebody's TOTP off, who has lost the app and the recovery codes. Returns how many browsers it signed out.

    Raises:
        Refused: it is off, or the password is too short to be used alone.
    """
    with transaction.atomic():
        if user.has_short_password:
            raise Refused(
                f"The password of {user.email} is too short to sign in without TOTP. Run `tallybook user reset-password` first."
            )
        if not turn_off(user):
            raise Refused(f"TOTP of {user.email} is off. There is nothing to reset.")
        ended = end_sessions(user)
        record_everywhere(user, actor, "person.totp-reset", before={"totp": True}, after={"totp": False})
        return ended
