"""Leaves people off the bill, and takes them back. Call these inside the subscription's scope."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tallybook.audit.acting import Actor
from tallybook.audit.recording import record
from tallybook.billing.deciding import People, customer_of, next_number, numbered, subject_of
from tallybook.billing.models import Exclusion
from tallybook.errors import NotFound, Refused
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
    """Leave a person off the bill from a month on: counted, shown, and not billed.

    Raises:
        Refused: reason or owner is missing or too long, or the person is excluded in that month or a later one.
    """
    (identity,) = people.identities
    for what, text in (("the reason", terms.reason), ("who answers for it", terms.owner)):
        if not text or len(text) > NAME_CHARACTERS:
            raise Refused(f"Write {what}, in at most {NAME_CHARACTERS} characters.")
    lock_subscription(subscription.id)
    of_subscription = Exclusion.objects.filter(subscription_id=subscription.id)
    of_person = of_subscription.filter(customer_id=people.customer.id, organisation=people.organisation, identity=identity)
    if of_person.filter(Q(last_month=None) | Q(last_month__gte=terms.first_month)).exists():
        raise Refused(f"{identity} is excluded already, in that month or a later one.")
    Exclusion.objects.create(
        subscription=subscription,
        number=next_number(of_subscription),
        customer_id=people.customer.id,
        organisation=people.organisation,
        identity=identity,
        reason=terms.reason,
        owner=terms.owner,
        first_month=terms.first_month,
    )
    raise_revisions_from(subscription.id, terms.first_month)
    after = people.facts | {"reason": terms.reason, "owner": terms.owner, "first_month": month_text(terms.first_month)}
    record(subscription.id, actor, "people.excluded", subject_of(people.customer), before=None, after=after)


def include(subscription: Subscription, number: int, first_month: date, *, actor: Actor) -> Exclusion:
    """Bill an excluded person again from a month on; the months before stay as they are.

    Raises:
        NotFound: there is no such exclusion, or it has ended by that month.
    """
    lock_subscription(subscription.id)
    of_subscription = Exclusion.objects.filter(subscription_id=subscription.id)
    made = numbered(of_subscription, number, "exclusion")
    if made.last_month is not None and made.last_month < first_month:
        raise NotFound("That exclusion has ended before that month.")
    last_month = month_before(first_month)
    if last_month < made.first_month:
        of_subscription.filter(number=number).delete()
    else:
        of_subscription.filter(number=number).update(last_month=last_month)
    raise_revisions_from(subscription.id, max(first_month, made.first_month))
    facts: dict[str, object] = {"identities": [made.identity], "reason": made.reason}
    after = facts | {"billed_from": month_text(max(first_month, made.first_month))}
    subject = subject_of(customer_of(subscription, made.customer_id))
    record(subscription.id, actor, "people.included", subject, before=facts, after=after)
    return made
