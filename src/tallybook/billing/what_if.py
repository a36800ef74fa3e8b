"""What another rule would make of months: the numbers by two rules, and the people who make the difference.

Call it inside the subscription's scope.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings

from tallybook.billing.billed_users import Chosen, CustomerBill, billed_users
from tallybook.billing.decisions_in_force import decisions_in_force
from tallybook.billing.lots import Lot, lots
from tallybook.billing.rules import Rule
from tallybook.billing.rules_in_force import rules_in_force
from tallybook.errors import NotNow
from tallybook.subscriptions.models import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Two rules side by side; None is the rule in force. Any rule may be asked of any month: it is only a question."""

    months: Sequence[date]
    first: Rule | None
    second: Rule | None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the two rules make of the users of a customer and product in a month."""

    month: date
    customer_id: UUID
    customer: str
    product: str
    first: Rule
    second: Rule
    first_quantity: int
    second_quantity: int
    lots: list[Lot]
    """Those of which the two rules bill different numbers."""

    @property
    def of_days(self) -> int:
        """What of the difference is nobody's: a rule that takes the highest day may say less than the people are."""
        return self.second_quantity - self.first_quantity - sum(lot.delta for lot in self.lots)


def compare(subscription: Subscription, asked: WhatIf) -> Iterator[Compared]:
    """Month by month and customer by customer, by name, and product by product. Memory is that of one customer.

    Raises:
        NotNow: it takes longer than a report may.
    """
    seconds = settings.INSTALLATION.report_timeout_seconds
    deadline = time.monotonic() + seconds
    only = None if asked.customer_id is None else (asked.customer_id,)
    rules_of, decisions_of = rules_in_force(subscription, *asked.months), decisions_in_force(subscription, *asked.months)
    for month, rules, decisions in zip(asked.months, rules_of, decisions_of, strict=True):
        chosen = Chosen(
            subscription_id=subscription.id, month=month, product_ids=tuple(rules.counting_users), customer_ids=only
        )
        for bill in billed_users(chosen, rules.counting_users_of, decisions):
            if time.monotonic() > deadline:
                raise NotNow(f"This takes longer than {seconds} seconds. Ask for fewer months, or for one customer.")
            yield _compared(month, bill, asked)


def _compared(month: date, bill: CustomerBill, asked: WhatIf) -> Compared:
    first, second = asked.first or bill.rule, asked.second or bill.rule
    by_first, by_second = (bill.judged_by(rule) for rule in (first, second))
    return Compared(
        month=month,
        customer_id=bill.customer_id,
        customer=bill.customer,
        product=bill.product,
        first=first,
        second=second,
        first_quantity=first.quantity(by_first),
        second_quantity=second.quantity(by_second),
        lots=[lot for lot in lots(by_first, by_second) if lot.delta],
    )
