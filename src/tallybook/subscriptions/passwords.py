"""Which passwords are good enough, and giving somebody one. There are no rules of composition, and nobody is asked online."""

from threading import Lock

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from zxcvbn import zxcvbn

from tallybook.errors import Refused
from tallybook.subscriptions.models import User
from tallybook.subscriptions.totp import has_totp

LEAST_CHARACTERS = 15
LEAST_CHARACTERS_WITH_TOTP = 8
# Hashing takes its time with each character.
MOST_CHARACTERS = 1000
# Of 0 to 4: below it, a password is among the first million that a guesser tries.
_LEAST_SCORE = 2
# What is longer cannot be worse than its beginning; and the estimate tries substitutions, which explode with the length.
_ESTIMATED_CHARACTERS = 32
# It keeps the words that are one's own in a global of its module.
_ESTIMATING = Lock()


class LongEnough:
    """A validator of Django's: 15 characters, or 8 for whoever signs in with a code besides."""

    def validate(self, password: str, user: User | None = None) -> None:
        least = LEAST_CHARACTERS_WITH_TOTP if _signs_in_with_code(user) else LEAST_CHARACTERS
        if len(password) < least:
            raise ValidationError(f"This password is too short: it has to have at least {least} characters.")
        if len(password) > MOST_CHARACTERS:
            raise ValidationError(f"This password is too long: it may have {MOST_CHARACTERS} characters.")

    def get_help_text(self) -> str:
        return f"At least {LEAST_CHARACTERS} characters, or {LEAST_CHARACTERS_WITH_TOTP} with TOTP."


class NotEasilyGuessed:
    """A validator of Django's: no password that a guesser tries early, alone, repeated or with the person's own address."""

    def validate(self, password: str, user: User | None = None) -> None:
        own = [user.email, *user.email.split("@"), *user.email.replace("@", ".").split(".")] if user else []
        if len(password) < LEAST_CHARACTERS_WITH_TOTP:
            return
        with _ESTIMATING:
            score = zxcvbn(password[:_ESTIMATED_CHARACTERS], user_inputs=own)["score"]
        if score < _LEAST_SCORE:
            raise ValidationError(
                "This password is one of the first that somebody would guess. Choose another, such as four words."
            )

    def get_help_text(self) -> str:
        return "Not one that is easily guessed."


def check_password_rules(user: User, password: str) -> None:
    """See whether somebody may have this password.

    Raises:
        Refused: says all that is wrong with it.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None


def put_password(user: User, password: str) -> None:
    """Give somebody who is not stored yet, or is stored by the caller, a password that keeps the rules; raises as above."""
    check_password_rules(user, password)
    user.set_password(password)
    user.has_short_password = len(password) < LEAST_CHARACTERS


def change_password(user: User, password: str) -> None:
    """Store a new password. It ends whatever sessions the person has, by Django's own rule.

    Raises:
        Refused: as above.
    """
    with transaction.atomic():
        # So that nobody switches TOTP off meanwhile, with which a shorter one is good enough.
        User.objects.select_for_update().get(pk=user.pk)
        put_password(user, password)
        user.save(update_fields=["password", "has_short_password"])


def _signs_in_with_code(user: User | None) -> bool:
    return user is not None and not user._state.adding and has_totp(user)  # noqa: SLF001 - Django's documented attribute
