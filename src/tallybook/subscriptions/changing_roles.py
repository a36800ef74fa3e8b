"""Changing what somebody may do in a subscription, and ending it. One owner always stays."""

from uuid import UUID

from tallybook.audit.acting import Actor
from tallybook.audit.recording import record
from tallybook.errors import Refused
from tallybook.subscriptions.invitations import take_back
from tallybook.subscriptions.models import Invitation, Membership, Role, Subscription
from tallybook.subscriptions.people import find_person, lock_owners, person_subject


def change_role(subscription: Subscription, user_id: UUID, role: Role, *, actor: Actor) -> bool:
    """Give somebody of the subscription another role, which counts from their next request on. Whether it was another one.

    Call inside the subscription's scope. Whoever is no owner any more leaves no open invitations behind.

    Raises:
        NotFound: there is no such person in it.
        NotAllowed: whoever acts is no owner any more.
        Refused: it would be left without an owner.
    """
    owners = lock_owners(subscription.id, actor)
    person = find_person(subscription, user_id)
    if person.role == role:
        return False
    _keep_an_owner(owners, person)
    Membership.objects.filter(pk=person.pk).update(role=role)
    _take_invitations_back(person, actor)
    record(
        subscription.id,
        actor,
        "role.changed",
        person_subject(person.user),
        before={"role": person.role},
        after={"role": role.value},
    )
    return True


def remove_person(subscription: Subscription, user_id: UUID, *, actor: Actor) -> None:
    """End somebody's part in the subscription, from their next request on. Their account stays. Raises as above."""
    owners = lock_owners(subscription.id, actor)
    person = find_person(subscription, user_id)
    _keep_an_owner(owners, person)
    Membership.objects.filter(pk=person.pk).delete()
    _take_invitations_back(person, actor)
    record(
        subscription.id,
        actor,
        "role.removed",
        person_subject(person.user),
        before={"role": person.role},
        after=None,
    )


def _keep_an_owner(owners: set[UUID], person: Membership) -> None:
    if owners == {person.user_id}:
        raise Refused(f"{person.user.email} is the only owner. Make somebody else an owner first.")


def _take_invitations_back(person: Membership, actor: Actor) -> None:
    """Else a link that somebody made for themselves would bring them back."""
    made = Invitation.objects.select_for_update().filter(subscription_id=person.subscription_id, made_by=person.user_id)
    for invitation in made.order_by("id"):
        take_back(invitation, actor=actor)
