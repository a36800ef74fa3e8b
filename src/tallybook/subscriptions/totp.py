"""TOTP (RFC 6238): codes from an authenticator app, and recovery codes for whoever has lost it.

The tables are allauth's, and so are the arithmetic and the recovery codes; this is the one module that reaches into what
allauth calls internal. That a code is good once only is our own: allauth remembers it in the cache, which forgets.
"""

import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from uuid import UUID

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from tallybook.errors import Refused
from tallybook.subscriptions.models import User

_KEY_BYTES = 32
# RFC 6238, section 5.2: one step more or less for the way that a code takes, and for clocks.
_STEPS_AROUND = (-1, 0, 1)
_LAST_STEP = "last_step"


class Adapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types
    """What allauth stores of a secret is encrypted under the installation's secret key."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def has_totp(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def who_have_totp(user_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the people who sign in with a code."""
    on = Authenticator.objects.filter(user_id__in=list(user_ids), type=Authenticator.Type.TOTP)
    return set(on.values_list("user_id", flat=True))


def new_secret() -> str:
    """A secret for an authenticator app, encrypted: it waits in a session until the first code shows that it arrived."""
    return Adapter().encrypt(generate_totp_secret())


def readable_secret(encrypted: str) -> str | None:
    """The secret itself, in base32; None where the secret key is no longer that with which it was encrypted."""
    try:
        return Adapter().decrypt(encrypted)
    except InvalidToken:
        return None


def key_address(user: User, secret: str) -> str:
    """The `otpauth:` address that an authenticator app reads off a QR code."""
    return str(Adapter().build_totp_url(user, secret))


def turn_on(user: User, encrypted: str, code: str) -> list[str]:
    """From now on the person signs in with a code besides. Returns the recovery codes.

    Raises:
        Refused: the code is not one of this secret, or TOTP is on already.
    """
    with transaction.atomic():
        _lock(user)
        if has_totp(user):
            raise Refused("TOTP is on already. To move to another app, switch it off first.")
        step = _step_of(readable_secret(encrypted), code, after=-1)
        if step is None:
            raise Refused("This code does not fit. Type the one that the app shows now, and see whether its clock is right.")
        authenticator = TOTP.activate(user, readable_secret(encrypted)).instance
        _remember(authenticator, step)
        return _codes(RecoveryCodes.activate(user))


def turn_off(user: User) -> bool:
    """The password alone is enough again. Recovery codes go as well. Whether it was on.

    Raises:
        Refused: the password is too short for that.
    """
    with transaction.atomic():
        locked = _lock(user)
        if locked.has_short_password:
            raise Refused("Without TOTP the password has to have at least 15 characters, and the present one has fewer.")
        removed, _ = Authenticator.objects.filter(user_id=user.pk).delete()
        return bool(removed)


def use_code(user: User, code: str) -> bool:
    """Whether this is a code of the person's app, or a recovery code of theirs. Each is good once only."""
    with transaction.atomic():
        _lock(user)
        kinds = {one.type: one for one in Authenticator.objects.filter(user_id=user.pk)}
        authenticator = kinds.get(Authenticator.Type.TOTP)
        if authenticator is None:
            return False
        secret = readable_secret(authenticator.data["secret"])
        step = _step_of(secret, code, after=authenticator.data[_LAST_STEP])
        if step is not None:
            _remember(authenticator, step)
            return True
        recovery = kinds.get(Authenticator.Type.RECOVERY_CODES)
        return secret is not None and recovery is not None and bool(recovery.wrap().validate_code(code))


def recovery_codes(user: User) -> list[str]:
    """Those that were not used yet."""
    found = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return _codes(found.wrap()) if found and readable_secret(found.data["seed"]) else []


def renew_recovery_codes(user: User) -> list[str]:
    """New ones, in place of all former ones.

    Raises:
        Refused: TOTP is off.
    """
    with transaction.atomic():
        _lock(user)
        if not has_totp(user):
            raise Refused("Recovery codes are for people who sign in with TOTP. Switch it on first.")
        Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
        return _codes(RecoveryCodes.activate(user))


def _lock(user: User) -> User:
    """One at a time decides about the codes and the password of a person."""
    return User.objects.select_for_update().get(pk=user.pk)


def _step_of(secret: str | None, code: str, *, after: int) -> int | None:
    """The time step whose code this is, among those near now and later than the last one that was used."""
    if secret is None:
        return None
    now = int(time.time()) // app_settings.TOTP_PERIOD
    steps = (now + around for around in _STEPS_AROUND if now + around > after)
    return next((step for step in steps if compare_user_code(actual=code, expected=_code_of(secret, step))), None)


def _code_of(secret: str, step: int) -> str:
    return str(format_hotp_value(hotp_value(secret, step)))


def _remember(authenticator: Authenticator, step: int) -> None:
    authenticator.data[_LAST_STEP] = step
    authenticator.record_usage()
    authenticator.save(update_fields=["data"])


def _codes(recovery: RecoveryCodes) -> list[str]:
    return [str(code) for code in recovery.get_unused_codes()]


def _cipher() -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"tallybook totp").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(urlsafe_b64encode(derived))
