"""An authenticator app for the tests, and people who have one."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tallybook.subscriptions import totp
from tallybook.subscriptions.models import User

PERIOD_SECONDS = 30


def code_of(secret: str, steps: int = 0) -> str:
    """What an app shows now, or so many steps from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_SECONDS + steps)))


def protect(user: User) -> list[str]:
    """Switch TOTP on, with the code of the step before, so that the present one is still good. Gives the recovery codes."""
    encrypted = totp.new_secret()
    return totp.turn_on(user, encrypted, code_of(totp.readable_secret(encrypted) or "", -1))


def app_shows(user: User, steps: int = 0) -> str:
    """The code of the person's own app."""
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    return code_of(totp.readable_secret(stored) or "", steps)
