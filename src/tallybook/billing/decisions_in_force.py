"""What was decided about people, as it holds in a month."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from tallybook.billing.decisions import Decisions, Excluded, Person
from tallybook.billing.models import Exclusion, PersonDecision
from tallybook.subscriptions.models import Subscription

OfCustomers = Mapping[UUID, Decisions]
"""Of each customer about whose people something was decided."""


def decisions_in_force(subscription: Subscription, *months: date) -> list[OfCustomers]:
    """What holds in each of these months. Call it inside the subscription's scope."""
    made = list(PersonDecision.objects.filter(subscription_id=subscription.id).order_by("number"))
    # Of a person who is excluded under several identities the first reason is shown.
    excluding = list(Exclusion.objects.filter(subscription_id=subscription.id).order_by("-number"))
    return [_in(month, made, excluding) for month in months]


def _in(month: date, made: Iterable[PersonDecision], excluding: Iterable[Exclusion]) -> OfCustomers:
    decided: dict[UUID, list[PersonDecision]] = defaultdict(list)
    for one in made:
        if one.first_month <= month:
            decided[one.customer_id].append(one)
    excluded: dict[UUID, list[Exclusion]] = defaultdict(list)
    for each in excluding:
        if each.first_month <= month and (each.last_month is None or month <= each.last_month):
            excluded[each.customer_id].append(each)
    return {customer: _together(decided[customer], excluded[customer]) for customer in decided.keys() | excluded.keys()}


def _together(made: Iterable[PersonDecision], excluding: Iterable[Exclusion]) -> Decisions:
    single = [one for one in made if len(one.identities) == 1]
    same_as = joined(made)
    apart = [people_of(one) for one in made if not one.is_one_person and one not in single]
    excluded = {}
    for each in excluding:
        person = Person(each.organisation, each.identity)
        excluded[same_as.get(person, person)] = Excluded(each.number, each.reason, each.owner)
    return Decisions(
        same_as=same_as,
        shared=frozenset(person for one in single if not one.is_one_person for person in people_of(one)),
        one_person=frozenset(person for one in single if one.is_one_person for person in people_of(one)),
        kept_apart=frozenset(frozenset(same_as.get(each, each) for each in people) for people in apart),
        excluded=excluded,
    )


def people_of(made: PersonDecision) -> list[Person]:
    """Whom a decision is about."""
    return [Person(made.organisation, identity) for identity in made.identities]


def joined(made: Iterable[PersonDecision]) -> dict[Person, Person]:
    """Everybody who was joined, with the one that they are; of joins that hang together, all with the same one."""
    same_as: dict[Person, Person] = {}
    for one in made:
        if one.is_one_person and len(one.identities) > 1:
            first, *others = people_of(one)
            kept = same_as.get(first, first)
            gone = {same_as.get(each, each) for each in others} - {kept}
            same_as |= dict.fromkeys([*gone, *(each for each, other in same_as.items() if other in gone)], kept)
    return same_as
