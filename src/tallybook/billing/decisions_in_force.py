"""What was decided about people, as it holds in a month."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Q

from tallybook.billing.decisions import Decisions, Excluded, Person
from tallybook.billing.models import Exclusion, PersonDecision


def decisions_in(subscription_id: UUID, month: date) -> Mapping[UUID, Decisions]:
    """What holds in a month, of each customer about whose people something was decided. Call it inside the scope."""
    made: dict[UUID, list[PersonDecision]] = defaultdict(list)
    for one in PersonDecision.objects.filter(subscription_id=subscription_id, first_month__lte=month).order_by("number"):
        made[one.customer_id].append(one)
    excluding: dict[UUID, list[Exclusion]] = defaultdict(list)
    in_force = Q(last_month=None) | Q(last_month__gte=month)
    for each in Exclusion.objects.filter(in_force, subscription_id=subscription_id, first_month__lte=month).order_by("-number"):
        excluding[each.customer_id].append(each)
    return {customer: _together(made[customer], excluding[customer]) for customer in made.keys() | excluding.keys()}


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
