"""People who sign in, and their roles."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.recording import record
from tallybook.database.scope import subscription_scope
from tallybook.errors import Refused
from tallybook.subscriptions.models import EMAIL_CHARACTERS, Membership, Role, Subscription, User


def create_user(email: str, password: str) -> User:
    """Make somebody who can sign in.

    Raises:
        Refused: the address is no e-mail address or is taken, or the password is too weak.
    """
    user = User(email=email.strip().casefold())
    try:
        validate_email(user.email)
        MaxLengthValidator(EMAIL_CHARACTERS)(user.email)
    except ValidationError:
        raise Refused(f"{email!r} is no e-mail address.") from None
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Refused(f"There is somebody with the address {user.email} already.") from None
    return user


def grant_role(subscription: Subscription, user: User, role: Role, *, actor: Actor) -> None:
    """Give the person this role in the subscription, in place of any other. The same role again changes nothing."""
    with subscription_scope(subscription.id):
        own = Membership.objects.filter(subscription_id=subscription.id, user_id=user.id)
        former = own.select_for_update().first()
        if former is None:
            Membership.objects.create(subscription_id=subscription.id, user_id=user.id, role=role)
        elif former.role == role:
            return
        else:
            own.update(role=role)
        record(
            subscription.id,
            actor,
            "role.granted",
            Subject("person", str(user.id), user.email),
            before={"role": former.role} if former else None,
            after={"role": role.value},
        )
