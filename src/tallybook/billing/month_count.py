"""How many are billed of each product of each customer in a month, where nobody has to be named.

PostgreSQL puts together the objects of each name and address, and Python judges every distinct set of facts once: most people
of a subscription are alike. What comes out is what the bills say (`tallybook.billing.billed_users`), many times faster.

Call it inside the subscription's scope.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple
from uuid import UUID

from tallybook.billing.billed_users import CHOSEN, Chosen, billed_users
from tallybook.billing.decisions import NO_DECISIONS
from tallybook.billing.decisions_in_force import OfCustomers
from tallybook.billing.objects import BilledObject
from tallybook.billing.rules import RECIPE, RULES, Rule, Verdict
from tallybook.database.queries import rows, stream_arrays, write

# With the server's default room people would be grouped on disk; compiling takes longer than it saves; and rows that other
# processes read arrive faster than the planner thinks.
_SETTINGS = ("SET LOCAL work_mem = '128MB'", "SET LOCAL jit = off", "SET LOCAL parallel_tuple_cost = 0.01")
# The kinds of object in the month, the most frequent first.
_KINDS = f"""
    SELECT i.object_type, i.licence, i.deleted, i.invoice FROM usage_item i WHERE {CHOSEN}
    GROUP BY i.object_type, i.licence, i.deleted, i.invoice ORDER BY count(*) DESC
"""
# The kinds of a name are bits: texts put together take twice as long, and five times the memory. A kind that a rule may set
# aside has rows of its own, since of such objects each one counts. The people are put together in Python, as the rules do it.
_NAMED = """
    WITH named AS MATERIALIZED (
        SELECT i.customer_id, i.product_id, i.organisation_id, i.object_name_folded, i.object_email, i.days_mask,
            CASE {apart} END AS apart, bit_or(CASE {bits} END) AS bits, count(*) AS number
        FROM usage_item i WHERE {chosen}
        GROUP BY i.customer_id, i.product_id, i.organisation_id, i.object_name_folded, i.object_email, i.days_mask, apart
    )
    SELECT customer_id, product_id, array_agg(coalesce(organisation_id::text, '')), array_agg(object_name_folded),
        array_agg(coalesce(object_email, '')), array_agg(bits::text), array_agg(days_mask), array_agg(number)
    FROM named GROUP BY customer_id, product_id
"""
_IS_KIND = """WHEN i.object_type = %(type{n})s AND {licence}
    AND i.deleted IS NOT DISTINCT FROM %(deleted{n})s::boolean AND i.invoice IS NOT DISTINCT FROM %(invoice{n})s::text
    THEN {then}"""
_UNLICENSED, _LICENSED = "none", "licence"
_LICENCES = {
    None: "coalesce(i.licence, '') = ''",
    _UNLICENSED: "i.licence = ANY(%(unlicensed)s::text[])",
    _LICENSED: "i.licence <> ALL(%(unlicensed)s::text[]) AND i.licence <> ''",
}
_CUSTOMERS_A_FETCH = 100
# Each object is compared with the kinds one after the other; of so many, looking at everybody is faster.
_MOST_KINDS = 64


class Counted(NamedTuple):
    """The columns of a quantity, its subscription and month aside. The last three are None where objects are counted."""

    customer_id: UUID
    product_id: int
    rule: str
    quantity: int
    recipe: int | None
    free_count: int | None
    excluded_count: int | None


def count_month(chosen: Chosen, rule_of: Callable[[int, UUID], Rule], decisions: OfCustomers) -> Iterator[Counted]:
    """Customer by customer, in no order. Memory is that of a hundred customers."""
    yield from (one for one in _count_at_once(chosen, rule_of) if one.customer_id not in decisions)
    if decisions:
        # Where something was decided about people, everybody is looked at.
        yield from _count_by_bills(replace(chosen, customer_ids=tuple(decisions)), rule_of, decisions)


def _count_at_once(chosen: Chosen, rule_of: Callable[[int, UUID], Rule]) -> Iterator[Counted]:
    for setting in _SETTINGS:
        write(setting)
    known = [_kind(*row) for row in rows(_KINDS, chosen.parameters)]
    if not known:
        return
    # Of a licence the rules ask only whether it is none. There may be as many of them as objects.
    unlicensed = sorted({kind.licence for kind in known if kind.licence and kind.is_unlicensed})
    kinds = list(dict.fromkeys(_without_licence_name(kind) for kind in known))
    if len(kinds) > _MOST_KINDS:
        yield from _count_by_bills(chosen, rule_of, {})
        return
    counting = cache(lambda rule: _Counting(rule, kinds))
    query, parameters = _query_of(kinds, unlicensed)
    for customer_id, product_id, *columns in stream_arrays(
        query, chosen.parameters | parameters, rows_a_fetch=_CUSTOMERS_A_FETCH
    ):
        rule = rule_of(product_id, customer_id)
        organisations, names, emails, *facts = columns
        named = list(map(_Named, organisations, names, emails, zip(*facts, strict=True)))
        yield Counted(customer_id, product_id, rule.name, *counting(rule).count(named))


def _kind(object_type: str, licence: str | None, deleted: bool | None, invoice: str | None) -> BilledObject:  # noqa: FBT001
    """An object of which no more is known."""
    return BilledObject(organisation="", object_type=object_type, name="", licence=licence, deleted=deleted, invoice=invoice)


def _without_licence_name(kind: BilledObject) -> BilledObject:
    if not kind.licence:
        return replace(kind, licence=None)
    return replace(kind, licence=_UNLICENSED if kind.is_unlicensed else _LICENSED)


def _count_by_bills(chosen: Chosen, rule_of: Callable[[int, UUID], Rule], decisions: OfCustomers) -> Iterator[Counted]:
    """Person by person."""
    for bill in billed_users(chosen, rule_of, decisions):
        of_users = (bill.recipe, len(bill.free), len(bill.excluded)) if bill.rule.counts_users else (None, None, None)
        yield Counted(bill.customer_id, bill.product_id, bill.rule.name, bill.quantity, *of_users)


def _query_of(kinds: list[BilledObject], unlicensed: list[str]) -> tuple[str, dict[str, object]]:
    parameters: dict[str, object] = {"unlicensed": unlicensed}
    apart, bits = [], []
    for n, kind in enumerate(kinds):
        parameters |= {f"type{n}": kind.object_type, f"deleted{n}": kind.deleted, f"invoice{n}": kind.invoice}
        licence = _LICENCES[kind.licence]
        bit = "".join("1" if n == other else "0" for other in range(len(kinds)))
        apart.append(_IS_KIND.format(n=n, licence=licence, then=n if _may_be_set_aside(kind) else -1))
        bits.append(_IS_KIND.format(n=n, licence=licence, then=f"B'{bit}'"))
    return _NAMED.format(apart=" ".join(apart), bits=" ".join(bits), chosen=CHOSEN), parameters


def _may_be_set_aside(kind: BilledObject) -> bool:
    return any(rule.set_aside(kind) for rule in RULES.values())


_Facts = tuple[str, int, int]
"""The kinds as bits, the days on which they were seen, and the number of objects."""


class _Named(NamedTuple):
    """The objects of one name and address of an organisation."""

    organisation: str
    name_folded: str
    email: str
    facts: _Facts


def _facts_of(several: Sequence[_Named]) -> tuple[_Facts, ...]:
    """All of them, each once."""
    return tuple(sorted({one.facts for one in several})) if len(several) > 1 else (several[0].facts,)


class _Split(NamedTuple):
    """What a rule makes of the objects of one name: the number about nobody, free each for itself, and those about users."""

    aside: int
    users: tuple[BilledObject, ...]


class _Counting:
    """Counts by one rule, and keeps in mind what it made of the facts that it has seen."""

    def __init__(self, rule: Rule, kinds: list[BilledObject]) -> None:
        self._rule = rule
        self._kinds = kinds
        self._split = cache(self._split_anew)
        self._judge = cache(self._judge_anew)
        self._is_in_recipe = cache(self._is_in_recipe_anew)

    def count(self, named: list[_Named]) -> tuple[int, int | None, int | None, int | None]:
        """Quantity, recipe, and the numbers of those who are free and excluded."""
        if not self._rule.counts_users:
            return sum(number for *_, (_, _, number) in named), None, None, None
        split = self._split
        groups = self._rule.group([one for one in named if split(one.facts).users], NO_DECISIONS)
        verdicts = Counter(_facts_of(ones) for _, ones in groups)
        judged = [(self._judge(facts), number) for facts, number in verdicts.items()]
        aside = sum(split(one.facts).aside for one in named)
        free = aside + sum(number for verdict, number in judged if not verdict.counted)
        recipe = len({one.name_folded for one in named if self._is_in_recipe(one.facts)})
        return self._rule.quantity_of(judged), recipe, free, 0

    def _objects(self, facts: _Facts) -> list[BilledObject]:
        """One object of each kind."""
        bits, days_mask, _ = facts
        return [replace(kind, days_mask=days_mask) for bit, kind in zip(bits, self._kinds, strict=True) if bit == "1"]

    def _split_anew(self, facts: _Facts) -> _Split:
        users = tuple(one for one in self._objects(facts) if not self._rule.set_aside(one))
        *_, number = facts
        return _Split(0 if users else number, users)

    def _judge_anew(self, several: tuple[_Facts, ...]) -> Verdict:
        return self._rule.judge([one for facts in several for one in self._split(facts).users])

    def _is_in_recipe_anew(self, facts: _Facts) -> bool:
        return any(not RECIPE.set_aside(one) for one in self._objects(facts))
