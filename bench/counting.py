"""How long the quantities of a month take: counted for the first time, and when nothing has changed since."""

import time
from datetime import date

from bench.table import Figure, print_figures, seconds
from bench.usage_file import Shape
from tallybook.billing.counting import count_months, user_quantities
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import month_before

_FIRST = "under 1 s for 385,000"


def measure_counting(subscription: Subscription, month: date, shape: Shape) -> None:
    """Count a month of the subscription, whose objects were imported with this shape."""
    first = _count(subscription, month)
    again = _count(subscription, month)
    with subscription_scope(subscription.id):
        customers = user_quantities(subscription.id, month, month_before(month))
    if len(customers) != shape.customers:
        raise RuntimeError(f"{len(customers):,} customers were counted in place of {shape.customers:,}.")
    objects = shape.customers * shape.objects
    print_figures(
        f"Quantities of a month: {objects:,} objects of {shape.customers:,} customers, {shape.rows:,} rows in the ledger",
        [Figure("Counted for the first time", seconds(first), _FIRST), Figure("While nothing has changed", seconds(again))],
    )


def _count(subscription: Subscription, month: date) -> float:
    began = time.perf_counter()
    count_months(subscription, month, month)
    return time.perf_counter() - began
