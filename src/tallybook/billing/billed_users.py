"""The billed users of a subscription's month, from the ledger, by the rules in force. Call inside the subscription's scope."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from uuid import UUID

from tallybook.billing.decisions import NO_DECISIONS, Decisions
from tallybook.billing.objects import BilledObject
from tallybook.billing.rules import RECIPE, Judged, Rule
from tallybook.database.queries import Row, rows, stream

# The items of `Chosen`. Late usage of a closed month is billed as an adjustment, not as a user of the month in which it came.
CHOSEN = """
    i.subscription_id = %(subscription)s AND i.month = %(month)s AND i.adjustment_for IS NULL
        AND (%(products)s::smallint[] IS NULL OR i.product_id = ANY(%(products)s::smallint[]))
        AND (%(customers)s::uuid[] IS NULL OR i.customer_id = ANY(%(customers)s::uuid[]))
"""
_OBJECTS = f"""
    SELECT c.id, c.name, p.id, p.name, coalesce(o.name_folded, ''), i.object_type, i.object_name, i.object_email, i.licence,
        i.deleted, i.invoice, i.days_mask
    FROM usage_item i
    JOIN customer c ON c.subscription_id = i.subscription_id AND c.id = i.customer_id
    JOIN product p ON p.id = i.product_id
    LEFT JOIN organisation o ON o.subscription_id = i.subscription_id AND o.id = i.organisation_id
    WHERE {CHOSEN}
    ORDER BY c.name COLLATE "C", c.id, p.id, i.object_type COLLATE "C", i.object_name COLLATE "C", i.object_key
"""
_ANY = f"SELECT EXISTS (SELECT FROM usage_item i WHERE {CHOSEN})"

RuleOf = Callable[[int, UUID], Rule | None]
"""The rule for a product of a customer; None leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBill:
    """What one customer has of one product: the number by the rule, the recipe's number, and what the rule makes of each.

    The number is below that of those billed where the rule takes the highest day.
    """

    customer_id: UUID
    customer: str
    product_id: int
    product: str
    rule: Rule
    quantity: int
    recipe: int
    judged: tuple[Judged, ...]
    decisions: Decisions = NO_DECISIONS

    def judged_by(self, rule: Rule) -> tuple[Judged, ...]:
        """What another rule makes of the same objects, with the same decisions."""
        if rule == self.rule:
            return self.judged
        return tuple(rule.judged([item for one in self.judged for item in one.objects], self.decisions))

    @property
    def billed(self) -> list[Judged]:
        return [one for one in self.judged if one.is_billed]

    @property
    def excluded(self) -> list[Judged]:
        """Who is counted, and not billed."""
        return [one for one in self.judged if one.is_excluded]

    @property
    def free(self) -> list[Judged]:
        return [one for one in self.judged if not one.verdict.counted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A month of a subscription; None means all products, or all customers."""

    subscription_id: UUID
    month: date
    product_ids: tuple[int, ...] | None = None
    customer_ids: tuple[UUID, ...] | None = None

    @property
    def parameters(self) -> dict[str, object]:
        return {
            "subscription": self.subscription_id,
            "month": self.month,
            "products": None if self.product_ids is None else list(self.product_ids),
            "customers": None if self.customer_ids is None else list(self.customer_ids),
        }


def billed_users(
    chosen: Chosen, rule_of: RuleOf, decisions_of: Mapping[UUID, Decisions] = MappingProxyType({})
) -> Iterator[CustomerBill]:
    """Customer by customer, by name, and product by product; what has no objects in the month is not there.

    Memory is that of one customer.
    """
    for (customer_id, customer, product_id, product), found in groupby(
        stream(_OBJECTS, chosen.parameters), key=itemgetter(0, 1, 2, 3)
    ):
        rule = rule_of(product_id, customer_id)
        if rule is None:
            continue
        objects = [_object(row) for row in found]
        decisions = decisions_of.get(customer_id, NO_DECISIONS)
        judged = rule.judged(objects, decisions)
        yield CustomerBill(
            customer_id=customer_id,
            customer=customer,
            product_id=product_id,
            product=product,
            rule=rule,
            quantity=rule.quantity(judged),
            recipe=RECIPE.quantity(RECIPE.judged(objects)),
            judged=tuple(judged),
            decisions=decisions,
        )


def has_usage(chosen: Chosen) -> bool:
    """Whether anything is known: 0 billed users of nothing known is no answer."""
    ((has,),) = rows(_ANY, chosen.parameters)
    return bool(has)


def _object(row: Row) -> BilledObject:
    *_, organisation, object_type, name, email, licence, deleted, invoice, days_mask = row
    return BilledObject(
        organisation=organisation,
        object_type=object_type,
        name=name,
        email=email or "",
        licence=licence,
        deleted=deleted,
        invoice=invoice,
        days_mask=days_mask,
    )
