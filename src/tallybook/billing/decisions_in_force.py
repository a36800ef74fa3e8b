"""What was decided about people, as it holds in a month. Call it inside the subscription's scope."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations
from uuid import UUID

from django.db.models import Q

from tallybook.billing.decisions import Decisions, Excluded, Person
from tallybook.billing.models import Exclusion, PersonDecision


def decisions_in(subscription_id: UUID, month: date) -> Mapping[UUID, Decisions]:
    """What holds in a month, of each customer about whose people something was decided."""
    made: dict[UUID, list[PersonDecision]] = defaultdict(list)
    for one in PersonDecision.objects.filter(subscription_id=subscription_id, first_month__lte=month).order_by("number"):
        made[one.customer_id].append(one)
    excluding: dict[UUID, list[Exclusion]] = defaultdict(list)
    in_force = Q(last_month=None) | Q(last_month__gte=month)
    for each in Exclusion.objects.filter(in_force, subscription_id=subscription_id, first_month__lte=month):
        excluding[each.customer_id].append(each)
    return {customer: _together(made[customer], excluding[customer]) for customer in made.keys() | excluding.keys()}


def _together(made: Iterable[PersonDecision], excluding: Iterable[Exclusion]) -> Decisions:
    same_as: dict[Person, Person] = {}
    shared, one_person, kept_apart = set[Person](), set[Person](), set[frozenset[Person]]()
    for one in made:
        first, *others = people = [Person(one.organisation, identity) for identity in one.identities]
        if not others:
            (one_person if one.is_one_person else shared).add(first)
        elif one.is_one_person:
            kept = same_as.get(first, first)
            joined = {same_as.get(each, each) for each in others} - {kept}
            same_as |= dict.fromkeys([*joined, *(each for each, other in same_as.items() if other in joined)], kept)
        else:
            kept_apart |= {frozenset(pair) for pair in combinations(people, 2)}
    kept_apart = {frozenset(same_as.get(each, each) for each in pair) for pair in kept_apart}
    excluded = {}
    for each in excluding:
        person = Person(each.organisation, each.identity)
        excluded[same_as.get(person, person)] = Excluded(each.number, each.reason, each.owner)
    return Decisions(
        same_as=same_as,
        shared=frozenset(shared),
        one_person=frozenset(one_person),
        kept_apart=frozenset(kept_apart),
        excluded=excluded,
    )
