"""Leaves people off the bill, and takes them back. Call these inside the subscription's scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from tallybook.audit.acting import Actor
from tallybook.audit.recording import record
from tallybook.billing.deciding import People
from tallybook.billing.decisions import Person
from tallybook.billing.decisions_in_force import joined
from tallybook.billing.models import Exclusion, PersonDecision
from tallybook.billing.numbering import next_number, numbered
from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.customers import customer_by_id, customer_subject
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import NAME_CHARACTERS, Subscription
from tallybook.subscriptions.revisions import raise_revisions_from
from tallybook.usage.months import month_before, month_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Since when somebody is not billed, why, and who answers for it."""

    first_month: date
    reason: str
    owner: str


def exclude(subscription: Subscription, people: People, terms: Terms, *, actor: Actor) -> None:
    """Leave each of these people off the bill from a month on: counted, shown, and not billed.

    Raises:
        Refused: reason or owner is missing or too long, or somebody is excluded in that month or a later one.
    """
    for what, text in (("the reason", terms.reason), ("who answers for it", terms.owner)):
        if not text or len(text) > NAME_CHARACTERS or "\0" in text:
            raise Refused(f"Write {what}, in at most {NAME_CHARACTERS} characters.")
    lock_subscription(subscription.id)
    of_subscription = Exclusion.objects.filter(subscription_id=subscription.id)
    of_organisation = of_subscription.filter(customer_id=people.customer.id, organisation=people.organisation)
    goes_on = Q(last_month=None) | Q(last_month__gte=terms.first_month)
    if known := of_organisation.filter(goes_on, identity__in=people.identities).first():
        raise Refused(f"{known.identity} is excluded already, in that month or a later one.")
    first = next_number(of_subscription)
    Exclusion.objects.bulk_create(
        Exclusion(
            subscription=subscription,
            number=number,
            customer_id=people.customer.id,
            organisation=people.organisation,
            identity=identity,
            reason=terms.reason,
            owner=terms.owner,
            first_month=terms.first_month,
        )
        for number, identity in enumerate(people.identities, start=first)
    )
    raise_revisions_from(subscription.id, terms.first_month)
    after = people.facts | {"reason": terms.reason, "owner": terms.owner, "first_month": month_text(terms.first_month)}
    record(subscription.id, actor, "people.excluded", customer_subject(people.customer), before=None, after=after)


def include(subscription: Subscription, number: int, first_month: date, *, actor: Actor) -> None:
    """Bill an excluded person again from a month on, under whatever identity they are known; the months before stay.

    Raises:
        NotFound: there is no such exclusion, or it has ended by that month.
    """
    lock_subscription(subscription.id)
    of_subscription = Exclusion.objects.filter(subscription_id=subscription.id)
    made = numbered(of_subscription, number, "exclusion")
    if made.last_month is not None and made.last_month < first_month:
        raise NotFound("That exclusion has ended before that month.")
    same_as = joined(
        PersonDecision.objects.filter(subscription_id=subscription.id, customer_id=made.customer_id).order_by("number")
    )
    goes_on = Q(last_month=None) | Q(last_month__gte=first_month)
    of_customer = of_subscription.filter(goes_on, customer_id=made.customer_id)
    together = [one for one in of_customer if _person(one, same_as) == _person(made, same_as)]
    last_month = month_before(first_month)
    for one in together:
        if last_month < one.first_month:
            of_subscription.filter(number=one.number).delete()
        else:
            of_subscription.filter(number=one.number).update(last_month=last_month)
    since = max(first_month, min(one.first_month for one in together))
    raise_revisions_from(subscription.id, since)
    before: dict[str, object] = {"identities": [one.identity for one in together], "reason": made.reason}
    subject = customer_subject(customer_by_id(subscription, made.customer_id))
    after = before | {"billed_from": month_text(since)}
    record(subscription.id, actor, "people.included", subject, before=before, after=after)


def exclusions_of(
    subscription: Subscription, month: date, customer_id: UUID | None = None, *, most: int | None = None
) -> list[Exclusion]:
    """Those in force in a month or a later one, or those of a customer, the newest first."""
    goes_on = Q(last_month=None) | Q(last_month__gte=month)
    made = Exclusion.objects.filter(goes_on, subscription_id=subscription.id).order_by("-number")
    return list((made if customer_id is None else made.filter(customer_id=customer_id))[:most])


def _person(one: Exclusion, same_as: Mapping[Person, Person]) -> Person:
    person = Person(one.organisation, one.identity)
    return same_as.get(person, person)
