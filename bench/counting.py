"""How long the quantities of a month take: counted for the first time, and when nothing has changed since."""

import time
from dataclasses import replace
from datetime import date

from bench.importing import import_shape
from bench.installation import Installation
from bench.pages import measure_pages
from bench.table import Figure, print_figures, seconds
from bench.usage_file import Shape
from tallybook.billing.counting import count_months, user_quantities
from tallybook.database.queries import write
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.subscriptions import create_subscription
from tallybook.usage.judging import ENTRY
from tallybook.usage.months import month_before, parse_month

_CUSTOMERS, _OBJECTS, _MONTHS = 2000, 192, 13
_FEW_CUSTOMERS, _FEW_OBJECTS = 40, 10
_MILLION = 1_000_000
_FIRST = "under 1 s"
_COLUMNS = ", ".join(name for name in ENTRY if name != "month")
# As if it had been imported for eleven months more, which takes two minutes longer.
_REPEAT = f"""
    INSERT INTO usage_item (month, {_COLUMNS})
    SELECT (month + make_interval(months => n))::date AS month, {_COLUMNS}
    FROM usage_item, generate_series(1, {_MONTHS - 2}) n
    WHERE subscription_id = %(subscription)s ORDER BY month, customer_id, object_key
"""


def measure_counting(installation: Installation, rows: int) -> None:
    """Count the last of thirteen months, each with 384,000 objects of 2,000 customers for a million rows elsewhere."""
    oldest = Shape(max(1, _CUSTOMERS * rows // _MILLION), _OBJECTS, range(1, 2))
    shape = replace(oldest, months=range(_MONTHS, _MONTHS + 1))
    subscription = create_subscription("Counted")
    import_shape(installation, subscription.name, oldest)
    with subscription_scope(subscription.id):
        write(_REPEAT, {"subscription": subscription.id})
    # What the database does by itself in a year, and would begin with now, beside what is measured.
    installation.tallybook("database", "run", "--", "psql", "--command=VACUUM (ANALYZE) usage_item")
    # Last, as it is: at the end of a month its usage is imported, and counted for the first time.
    import_shape(installation, subscription.name, shape)
    month = parse_month(shape.first_and_last[1], "The month")
    first = _count(subscription, month)
    again = _count(subscription, month)
    with subscription_scope(subscription.id):
        customers = user_quantities(subscription.id, month, month_before(month))
    if len(customers) != shape.customers:
        raise RuntimeError(f"{len(customers):,} customers were counted in place of {shape.customers:,}.")
    items = f"{shape.rows * _MONTHS:,} items, {shape.customers:,} customers"
    print_figures(
        f"Quantities of a month: {shape.rows:,} of {items}",
        [Figure("Counted for the first time", seconds(first), _FIRST), Figure("While nothing has changed", seconds(again))],
    )
    few = create_subscription("40 customers")
    import_shape(installation, few.name, Shape(_FEW_CUSTOMERS, _FEW_OBJECTS, range(_MONTHS - 1, _MONTHS + 1)))
    measure_pages(installation, subscription, items, few)


def _count(subscription: Subscription, month: date) -> float:
    began = time.perf_counter()
    count_months(subscription, month, month)
    return time.perf_counter() - began
