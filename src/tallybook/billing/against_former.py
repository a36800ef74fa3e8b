"""A month beside the month before it: the bills of each customer and product, and what makes the difference.

Call these inside the subscription's scope.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import merge
from itertools import groupby
from uuid import UUID

from tallybook.billing.billed_users import Chosen, CustomerBill, RuleOf, billed_users
from tallybook.billing.changes import Change, changes
from tallybook.billing.decisions_in_force import decisions_in_force
from tallybook.billing.rules import Rule
from tallybook.billing.rules_in_force import RulesInForce, rules_in_force
from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import month_before


@dataclass(frozen=True, kw_only=True)
class BillBesideFormer:
    """What a customer has of a product in a month, and had in the month before; None where there was nothing of it."""

    either: CustomerBill
    """The bill of now, or the former one where there is none."""
    former: CustomerBill | None
    now: CustomerBill | None

    @property
    def quantity(self) -> int:
        return self.now.quantity if self.now else 0

    @property
    def former_quantity(self) -> int:
        return self.former.quantity if self.former else 0

    @property
    def recipe(self) -> int:
        return self.now.recipe if self.now else 0

    @property
    def excluded_count(self) -> int:
        return len(self.now.excluded) if self.now else 0

    @property
    def free_count(self) -> int:
        return len(self.now.free) if self.now else 0

    @cached_property
    def changes(self) -> list[Change]:
        """By name and cause; together they are the difference of the quantities."""
        return changes(self.former, self.now)


def users_of_month(subscription: Subscription, chosen: Chosen) -> Iterator[CustomerBill]:
    """The billed users of a month by the rules in force."""
    (rules,) = rules_in_force(subscription, chosen.month)
    (decisions,) = decisions_in_force(subscription, chosen.month)
    return billed_users(_of(chosen, rules.counting_users), rules.counting_users_of, decisions)


def beside_former(subscription: Subscription, chosen: Chosen, rule: Rule | None = None) -> Iterator[BillBesideFormer]:
    """Whatever is counted by users in the month or was in the month before, by customer, by name, and product.

    Call it in one snapshot, or a customer who is renamed meanwhile has two names.

    Args:
        subscription: whose ledger.
        chosen: the month.
        rule: counts users in place of the rules in force; in the former month too, where it holds there.
    """
    former_month = month_before(chosen.month)
    former, now = rules_in_force(subscription, former_month, chosen.month)
    former_rule = rule if rule and rule.holds_in(former_month) else None

    def in_either(rules: RulesInForce, other: Rule | None) -> RuleOf:
        def rule_of(product_id: int, customer_id: UUID) -> Rule | None:
            in_force = rules.of(product_id, customer_id)
            if in_force.counts_users:
                return other or in_force
            users = (each.counting_users_of(product_id, customer_id) for each in (former, now))
            return in_force if any(users) else None

        return rule_of

    either = _of(chosen, [*former.counting_users, *now.counting_users])
    decided_before, decided = decisions_in_force(subscription, former_month, chosen.month)
    bills_before = billed_users(replace(either, month=former_month), in_either(former, former_rule), decided_before)
    marked = merge(
        ((bill, False) for bill in bills_before),
        ((bill, True) for bill in billed_users(either, in_either(now, rule), decided)),
        key=_place,
    )
    for _, group in groupby(marked, key=_place):
        bills = {is_now: bill for bill, is_now in group}
        yield BillBesideFormer(either=bills.get(True) or bills[False], former=bills.get(False), now=bills.get(True))


def _of(chosen: Chosen, products: Iterable[int]) -> Chosen:
    """Of these products those that were chosen."""
    wanted = sorted({each for each in products if chosen.product_ids is None or each in chosen.product_ids})
    return replace(chosen, product_ids=tuple(wanted))


def _place(marked: tuple[CustomerBill, bool]) -> tuple[bytes, bytes, int]:
    # The database orders names bytewise, and Python must put the two months together in that order.
    bill, _ = marked
    return bill.customer.encode(), bill.customer_id.bytes, bill.product_id
