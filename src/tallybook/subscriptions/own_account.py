"""What people do with their own account: another password, TOTP on and off, other recovery codes."""

from django.db import transaction

from tallybook.audit.acting import Actor
from tallybook.subscriptions import totp
from tallybook.subscriptions.everywhere import record_everywhere
from tallybook.subscriptions.models import User
from tallybook.subscriptions.passwords import change_password
from tallybook.subscriptions.sessions import end_sessions


def change_own_password(user: User, new: str, *, kept_session: str | None, actor: Actor) -> None:
    """Change it, and sign out all browsers but one.

    Raises:
        Refused: the password is too weak.
    """
    with transaction.atomic():
        change_password(user, new)
        end_sessions(user, but=kept_session)
        record_everywhere(user, actor, "person.password-changed")


def turn_totp_on(user: User, encrypted_secret: str, code: str, *, actor: Actor) -> list[str]:
    """Switch TOTP on and give the recovery codes.

    Raises:
        Refused: the code is not that of the secret.
    """
    with transaction.atomic():
        codes = totp.turn_on(user, encrypted_secret, code)
        record_everywhere(user, actor, "person.totp-on", before={"totp": False}, after={"totp": True})
        return codes


def turn_totp_off(user: User, *, actor: Actor) -> None:
    """Switch it off; nothing happens where it is.

    Raises:
        Refused: the password is too short to be used alone.
    """
    with transaction.atomic():
        if totp.turn_off(user):
            record_everywhere(user, actor, "person.totp-off", before={"totp": True}, after={"totp": False})


def renew_recovery_codes(user: User, *, actor: Actor) -> list[str]:
    """New recovery codes; the former ones end."""
    with transaction.atomic():
        codes = totp.renew_recovery_codes(user)
        record_everywhere(user, actor, "person.recovery-codes-renewed")
        return codes
