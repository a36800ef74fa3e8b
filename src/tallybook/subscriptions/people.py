"""People who sign in, and their roles."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import IntegrityError, transaction

from tallybook.audit.acting import Actor, ActorKind, Subject
from tallybook.audit.recording import record
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotAllowed, NotFound, Refused
from tallybook.subscriptions.models import EMAIL_CHARACTERS, Membership, Role, Subscription, User
from tallybook.subscriptions.passwords import put_password


def checked_email(email: str) -> str:
    """An e-mail address that somebody typed, as it is stored.

    Raises:
        Refused: it is none.
    """
    address = email.strip().casefold()
    try:
        validate_email(address)
        MaxLengthValidator(EMAIL_CHARACTERS)(address)
    except ValidationError:
        raise Refused(f"{email!r} is no e-mail address.") from None
    return address


def create_user(email: str, password: str) -> User:
    """Make somebody who can sign in.

    Raises:
        Refused: the address is no e-mail address or is taken, or the password is too weak.
    """
    user = User(email=checked_email(email))
    put_password(user, password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise Refused(f"There is somebody with the address {user.email} already.") from None
    return user


def person_subject(user: User) -> Subject:
    """As the audit log has them."""
    return Subject("person", str(user.id), user.email)


def find_user(email: str) -> User:
    """Somebody by their e-mail address, whatever its letter case. For commands: it asks nobody's leave.

    Raises:
        NotFound: there is nobody with that address.
    """
    found = User.objects.filter(email=email.strip().casefold()).first()
    if found is None:
        raise NotFound(f"There is nobody with the address {email!r}. Check its spelling.")
    return found


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
            person_subject(user),
            before={"role": former.role} if former else None,
            after={"role": role.value},
        )


def list_people(subscription: Subscription) -> list[Membership]:
    """Everybody who has a role in the subscription. Call inside its scope."""
    return list(Membership.objects.filter(subscription_id=subscription.id).select_related("user").order_by("user__email"))


def find_person(subscription: Subscription, user_id: UUID) -> Membership:
    """Somebody's role in the subscription, with the person. Call inside its scope.

    Raises:
        NotFound: the person has none, or is none; both sound the same.
    """
    people = Membership.objects.filter(subscription_id=subscription.id, user_id=user_id).select_related("user")
    found = people.first()
    if found is None:
        raise NotFound("There is no such person in this subscription.")
    return found


def lock_owners(subscription_id: UUID, actor: Actor) -> set[UUID]:
    """Who owns the subscription, until the end of the transaction: nobody else can make it one fewer meanwhile.

    Raises:
        NotAllowed: a person acts who is no owner any more. Their request may have been under way when they lost the role.
    """
    owners = Membership.objects.select_for_update().filter(subscription_id=subscription_id, role=Role.OWNER)
    # In one order, so that two who lock at once do not wait for each other.
    found = set(owners.order_by("user_id").values_list("user_id", flat=True))
    if actor.kind is ActorKind.PERSON and actor.id not in found:
        raise NotAllowed("This is for the owner of a subscription, and you are no owner of it any more.")
    return found
