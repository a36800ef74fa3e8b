"""Decides who is one person, from a month on, and undoes it. Call these inside the subscription's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tallybook.audit.acting import Actor
from tallybook.audit.recording import record
from tallybook.billing.decisions_in_force import joined, people_of
from tallybook.billing.models import PersonDecision
from tallybook.billing.numbering import next_number, numbered
from tallybook.errors import Refused
from tallybook.subscriptions.customers import customer_by_id, customer_subject
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import NAME_CHARACTERS, Customer, Subscription
from tallybook.subscriptions.revisions import raise_revisions_from
from tallybook.usage.models import FOLDED_CHARACTERS
from tallybook.usage.months import month_text

_MOST_IDENTITIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Identities of one organisation of a customer, empty where there is none; all folded.

    Raises:
        Refused: there is no identity, there are too many, or a text is none that the ledger could have.
    """

    customer: Customer
    organisation: str
    identities: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.identities or not all(self.identities) or len(set(self.identities)) < len(self.identities):
            raise Refused("Choose who it is about: it is nobody so far.")
        if len(self.identities) > _MOST_IDENTITIES:
            raise Refused(f"Choose at most {_MOST_IDENTITIES} at a time.")
        if any("\0" in text or len(text) > FOLDED_CHARACTERS for text in (self.organisation, *self.identities)):
            raise Refused("That is no address and no name that the ledger could have.")

    @property
    def facts(self) -> dict[str, object]:
        """As the audit log has them."""
        organisation = {"organisation": self.organisation} if self.organisation else {}
        return organisation | {"identities": list(self.identities)}


def decide(subscription: Subscription, people: People, first_month: date, *, is_one_person: bool, actor: Actor) -> None:
    """These identities are one person from a month on, or are not. Of a single identity: all names beside it, or each.

    The same again changes nothing but the month, which becomes the earlier one.

    Raises:
        Refused: it contradicts what was decided before.
    """
    identities = people.identities
    lock_subscription(subscription.id)
    known = PersonDecision.objects.filter(
        subscription_id=subscription.id, customer_id=people.customer.id, organisation=people.organisation
    )
    wanted = PersonDecision(organisation=people.organisation, identities=list(identities), is_one_person=is_one_person)
    _check([*known, wanted])
    same = next((one for one in known if set(one.identities) == set(identities)), None)
    if same and same.first_month <= first_month:
        return
    if same:
        PersonDecision.objects.filter(subscription_id=subscription.id, number=same.number).update(first_month=first_month)
    else:
        PersonDecision.objects.create(
            subscription=subscription,
            number=next_number(PersonDecision.objects.filter(subscription_id=subscription.id)),
            customer_id=people.customer.id,
            organisation=people.organisation,
            identities=list(identities),
            is_one_person=is_one_person,
            first_month=first_month,
            decided_by=actor.name[:NAME_CHARACTERS],
        )
    raise_revisions_from(subscription.id, first_month)
    after = people.facts | {"is_one_person": is_one_person, "first_month": month_text(first_month)}
    before = {"first_month": month_text(same.first_month)} if same else None
    record(subscription.id, actor, "people.decided", customer_subject(people.customer), before=before, after=after)


def _check(made: Sequence[PersonDecision]) -> None:
    """That no two are one person and two, whatever the months from which they are; the last decision is the new one.

    Raises:
        Refused: they are.
    """
    same_as = joined(made)
    singles = {one.identities[0]: one.is_one_person for one in made if len(one.identities) == 1}
    shared = {identity for identity, is_one_person in singles.items() if not is_one_person}
    for one in made:
        people = people_of(one)
        if len(people) == 1:
            contradicts = singles[one.identities[0]] != one.is_one_person
        elif one.is_one_person:
            # Whose of those who share it would the other address be?
            contradicts = bool(shared & set(one.identities))
        else:
            contradicts = len({same_as.get(person, person) for person in people}) < len(people)
        if contradicts:
            raise Refused("That contradicts what was decided of them before. Undo that decision first.")


def undo_decision(subscription: Subscription, number: int, *, actor: Actor) -> None:
    """As if it had not been made.

    Raises:
        NotFound: there is no such decision; perhaps somebody has undone it.
    """
    lock_subscription(subscription.id)
    made = numbered(PersonDecision.objects.filter(subscription_id=subscription.id), number, "decision")
    PersonDecision.objects.filter(subscription_id=subscription.id, number=number).delete()
    raise_revisions_from(subscription.id, made.first_month)
    before = {"identities": made.identities, "is_one_person": made.is_one_person, "first_month": month_text(made.first_month)}
    subject = customer_subject(customer_by_id(subscription, made.customer_id))
    record(subscription.id, actor, "people.undone", subject, before=before, after=None)


def decisions_of(
    subscription: Subscription, customer_id: UUID | None = None, *, most: int | None = None
) -> list[PersonDecision]:
    """All that stand, or those of a customer, the newest first."""
    made = PersonDecision.objects.filter(subscription_id=subscription.id).order_by("-number")
    return list((made if customer_id is None else made.filter(customer_id=customer_id))[:most])
