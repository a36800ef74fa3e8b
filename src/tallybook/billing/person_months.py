"""What became of one person over several months. Call inside the subscription's scope."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tallybook.billing.billed_users import Chosen, billed_users
from tallybook.billing.decisions import Excluded, name_at
from tallybook.billing.decisions_in_force import OfCustomers, decisions_in_force
from tallybook.billing.people import identify
from tallybook.billing.rules import Judged, Rule
from tallybook.billing.rules_in_force import RulesInForce, rules_in_force
from tallybook.subscriptions.models import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """A person of one organisation, empty where there is none, by their identity under any rule; both folded."""

    organisation: str
    identity: str

    def is_in(self, judged: Judged) -> bool:
        """Whether this is the person, or the name that they carry."""
        known = {judged.identity} | {one.known_by for one in judged.objects}
        known |= {name_at(one.name_folded, one.email) for one in judged.objects if one.email}
        return self.identity in known and any(one.organisation == self.organisation for one in judged.objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMonth:
    """A month of a person: the rule, and what it made of them. None where the customer had nothing of the product."""

    month: date
    rule: Rule | None
    judged: tuple[Judged, ...]

    @property
    def types(self) -> str:
        """The types of the objects, each once."""
        return ", ".join(sorted({item.object_type for one in self.judged for item in one.objects}))

    @property
    def is_billed(self) -> bool:
        return any(one.is_billed for one in self.judged)

    @property
    def excluded(self) -> Excluded | None:
        """Why they are not billed, though they are counted."""
        return next((one.excluded for one in self.judged if one.is_excluded), None)


def months_of_person(subscription: Subscription, chosen: Chosen, months: Sequence[date], whom: Whom) -> list[PersonMonth]:
    """The months in their order, each by the rule that was in force. `chosen` names one customer and product."""
    in_force = zip(months, rules_in_force(subscription, *months), decisions_in_force(subscription, *months), strict=True)
    return [_month_of(replace(chosen, month=month), rules, decisions, whom) for month, rules, decisions in in_force]


def _month_of(chosen: Chosen, rules: RulesInForce, decisions: OfCustomers, whom: Whom) -> PersonMonth:
    for bill in billed_users(chosen, rules.of, decisions):
        found = tuple(one for one in bill.judged if whom.is_in(one))
        return PersonMonth(month=chosen.month, rule=bill.rule, judged=found)
    return PersonMonth(month=chosen.month, rule=None, judged=())


def billed_identities(subscription: Subscription, chosen: Chosen, whom: Whom) -> tuple[str, ...]:
    """Of those who are billed under this identity, or under a name that they carry: who each of them is.

    `chosen` names one customer and product.
    """
    (rules,) = rules_in_force(subscription, chosen.month)
    (decisions,) = decisions_in_force(subscription, chosen.month)
    found = set[str]()
    for bill in billed_users(chosen, rules.counting_users_of, decisions):
        users = [item for one in bill.judged for item in one.objects if not bill.rule.set_aside(item)]
        person_of = {id(item): person for person, item in zip(identify(users, bill.decisions), users, strict=True)}
        for one in bill.billed:
            if whom.is_in(one):
                found |= {person_of[id(item)].identity for item in one.objects}
    return tuple(sorted(found))
