"""How many are billed of each product of each customer in a month, where nobody has to be named.

PostgreSQL puts together the names and addresses of objects that differ in nothing else that a rule looks at. By its groups the
rule tells who of them is one, and each distinct set of facts is judged once: most people of a customer are alike. What comes
out is what the bills say (`tallybook.billing.billed_users`), many times faster.

Call it inside the subscription's scope.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from tallybook.billing.billed_users import CHOSEN, Chosen, billed_users
from tallybook.billing.decisions_in_force import OfCustomers
from tallybook.billing.objects import BilledObject
from tallybook.billing.rules import RECIPE, Rule, Verdict, find_rule
from tallybook.database.queries import Row, streaming_arrays, write

# The objects of each customer are found by the ledger's key and put together by hashing: the first customer is there at once,
# and Python counts while PostgreSQL goes on. Sorting takes twice as long, several processes that read would give the first one
# after the last, and compiling takes longer than it saves.
_SETTINGS = (
    "SET LOCAL enable_sort = off",
    "SET LOCAL max_parallel_workers_per_gather = 0",
    "SET LOCAL jit = off",
    "SET LOCAL work_mem = '128MB'",
)
# What the rules look at in an object, beside whose it is. Texts are the same here if their bytes are.
_FACTS = ("object_type", "licence", "deleted", "invoice", "days_mask")
_FACTS_OF_ITEM = 'i.object_type COLLATE "C", i.licence COLLATE "C", i.deleted, i.invoice COLLATE "C", i.days_mask'
_ALIKE = f"""
    SELECT uuid_send(c.id), alike.* FROM customer c CROSS JOIN LATERAL (
        SELECT i.product_id, coalesce(i.organisation_id::text, ''), {_FACTS_OF_ITEM},
            array_agg(i.object_name_folded), array_agg(coalesce(i.object_email, ''))
        FROM usage_item i WHERE {CHOSEN} AND i.customer_id = c.id
        GROUP BY i.product_id, {_FACTS_OF_ITEM}, i.organisation_id
    ) alike
    WHERE c.subscription_id = %(subscription)s
"""
_CUSTOMER, _PRODUCT = itemgetter(0), itemgetter(1)
_ROWS_A_FETCH = 50
_KINDS_REMEMBERED = 1024


class Counted(NamedTuple):
    """The columns of a quantity, its subscription and month aside. The last three are None where objects are counted."""

    customer_id: UUID
    product_id: int
    rule: str
    quantity: int
    recipe: int | None
    free_count: int | None
    excluded_count: int | None


def count_month(chosen: Chosen, rule_of: Callable[[int, UUID], Rule], decisions: OfCustomers) -> list[Counted]:
    """By customer, in no order. Beside what it gives, it needs the memory of one customer."""
    counted = [one for one in _count_at_once(chosen, rule_of) if one.customer_id not in decisions]
    if decisions:
        # Where something was decided about people, everybody is looked at.
        counted += _count_by_bills(replace(chosen, customer_ids=tuple(decisions)), rule_of, decisions)
    return counted


def _count_at_once(chosen: Chosen, rule_of: Callable[[int, UUID], Rule]) -> list[Counted]:
    for setting in _SETTINGS:
        write(setting)
    counted = []
    with streaming_arrays(_ALIKE, chosen.parameters, rows_a_fetch=_ROWS_A_FETCH) as found:
        # As bytes, since a UUID would be made for each row.
        for customer_bytes, of_customer in groupby(found, key=_CUSTOMER):
            customer_id = UUID(bytes=customer_bytes)
            # PostgreSQL gives the products of a customer in no order.
            for product_id, of_product in groupby(sorted(of_customer, key=_PRODUCT), key=_PRODUCT):
                rule = rule_of(product_id, customer_id)
                counted.append(Counted(customer_id, product_id, rule.name, *_count(rule, list(map(_alike, of_product)))))
    return counted


def _count_by_bills(chosen: Chosen, rule_of: Callable[[int, UUID], Rule], decisions: OfCustomers) -> Iterator[Counted]:
    """Person by person."""
    for bill in billed_users(chosen, rule_of, decisions):
        of_users = (bill.recipe, len(bill.free), len(bill.excluded)) if bill.rule.counts_users else (None, None, None)
        yield Counted(bill.customer_id, bill.product_id, bill.rule.name, bill.quantity, *of_users)


class _Alike(NamedTuple):
    """The objects of an organisation of which the rules know the same facts, with the name and address of each."""

    organisation: str
    facts: Row
    names: list[str]
    emails: list[str]


def _alike(row: Row) -> _Alike:
    _, _, organisation, *facts, names, emails = row
    return _Alike(organisation, tuple(facts), names, emails)


# The same few kinds of objects come again in each customer; and the facts of an object are told apart faster than objects are.
@lru_cache(_KINDS_REMEMBERED)
def _is_set_aside(rule: str, facts: Row) -> bool:
    return find_rule(rule).set_aside(_object_of(facts)) is not None


@lru_cache(_KINDS_REMEMBERED)
def _verdict(rule: str, kinds: tuple[Row, ...]) -> Verdict:
    """Of somebody who has objects of these kinds, by the facts of each."""
    return find_rule(rule).judge(list(map(_object_of, kinds)))


def _object_of(facts: Row) -> BilledObject:
    """An object of which no more is known."""
    return BilledObject(organisation="", name="", **dict(zip(_FACTS, facts, strict=True)))


def _count(rule: Rule, alike: Sequence[_Alike]) -> tuple[int, int | None, int | None, int | None]:
    """Quantity, recipe, and the numbers of those who are free and excluded."""
    users = [one for one in alike if not _is_set_aside(rule.name, one.facts)]
    judged = [
        (_verdict(rule.name, tuple(users[n].facts for n in kinds)), number)
        for kinds, number in _alike_people(rule, users).items()
    ]
    quantity = rule.quantity_of(judged)
    if not rule.counts_users:
        return quantity, None, None, None
    # What is about no user is free, each for itself.
    free = _objects(alike) - _objects(users) + sum(number for verdict, number in judged if not verdict.counted)
    recipe = len(set[str]().union(*(one.names for one in alike if not _is_set_aside(RECIPE.name, one.facts))))
    return quantity, recipe, free, 0


def _alike_people(rule: Rule, users: Sequence[_Alike]) -> Counter[tuple[int, ...]]:
    """How many people have objects of the same kinds, by the places of these."""
    kinds_of = defaultdict[Hashable, list[int]](list)
    for n, people in enumerate(rule.group_listed(users)):
        for person in people:
            kinds_of[person].append(n)
    return Counter(map(tuple, kinds_of.values()))


def _objects(alike: Sequence[_Alike]) -> int:
    return sum(len(one.names) for one in alike)
