"""How long a report of one customer and one month takes, while the ledger around it grows."""

import time
from statistics import median

from bench.importing import import_shape
from bench.installation import Installation
from bench.table import Figure, print_figures, seconds
from bench.usage_file import Shape, customer_name, month_text
from tallybook.database.scope import subscription_scope
from tallybook.reports.building import Form, build
from tallybook.reports.choice import Choice, choose
from tallybook.subscriptions.subscriptions import find_subscription
from tallybook.usage.months import parse_month

_OBJECTS = 50
_STAGES = (range(1, 2), range(2, 5), range(5, 13))
_RUNS = 30
_WARMING_UP = 5
_CUSTOMER = 7


def measure_reaching(installation: Installation, subscription: str, customers: int) -> list[float]:
    """Import months until there are 1, 4 and 12, and time the same report at each of these."""
    medians = []
    for months in _STAGES:
        import_shape(installation, subscription, Shape(customers, _OBJECTS, months))
        medians.append(_median_seconds(_choice(subscription)))
    print_figures(
        f"Report of one customer and one month, {_OBJECTS} rows, {customers:,} customers in the ledger: medians of {_RUNS}",
        [
            Figure(f"With {months[-1]} months, {customers * _OBJECTS * months[-1]:,} rows", seconds(one))
            for months, one in zip(_STAGES, medians, strict=True)
        ]
        + [Figure("12 months against 1", f"{medians[-1] / medians[0]:.2f}", "about 1")],
    )
    return medians


def _choice(subscription_name: str) -> Choice:
    subscription = find_subscription(subscription_name)
    month = parse_month(month_text(1), "The month")
    with subscription_scope(subscription.id):
        return choose(subscription, (month, month), customers=[customer_name(_CUSTOMER)])


def _median_seconds(choice: Choice) -> float:
    for _ in range(_WARMING_UP):
        _seconds(choice)
    return median(_seconds(choice) for _ in range(_RUNS))


def _seconds(choice: Choice) -> float:
    began = time.perf_counter()
    with build(choice, Form()).file:
        return time.perf_counter() - began
