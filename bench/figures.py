"""All measurements, one after another, on one database."""

from dataclasses import replace

from bench.billing import measure_billing
from bench.calling import measure_calling
from bench.counting import measure_counting
from bench.downloading import measure_downloading
from bench.granting import measure_granting
from bench.importing import measure_importing
from bench.installation import Installation
from bench.machine import machine
from bench.reaching import measure_reaching
from bench.reporting import measure_reporting
from bench.table import Figure, print_figures
from bench.usage_file import Shape
from tallybook.reports.choice import Choice
from tallybook.subscriptions.subscriptions import create_subscription
from tallybook.usage.months import parse_month

_MONTHS = range(1, 5)
_MOST_CUSTOMERS = 500
_FEW = 20
_MANY = 1000


def measure_only(part: str, installation: Installation, rows: int) -> None:
    """Print the figures of calls, which need no rows, of files that are counted, or of counting."""
    print_figures("Measured with", machine())
    if part == "calling":
        measure_calling(installation, create_subscription("Called"))
    elif part == "billing":
        measure_billing(installation, _shape(rows))
    else:
        measure_counting(installation, rows)


def measure(installation: Installation, rows: int) -> None:
    """Print all figures for about so many rows."""
    print_figures("Measured with", machine())
    few = _reaching(installation, "Few", _FEW)
    shape = _shape(rows)
    subscription = create_subscription("Large")
    measure_billing(installation, shape)
    measure_importing(installation, subscription.name, shape)
    first, last = (parse_month(text, "The month") for text in shape.first_and_last)
    choice = Choice(subscription=subscription, first_month=first, last_month=last)
    digest = measure_reporting(installation, choice, shape)
    measure_downloading(installation, choice, digest)
    # Half of the months: 500,000 of a million rows.
    half = replace(shape, months=shape.months[: len(shape.months) // 2])
    last = parse_month(half.first_and_last[1], "The month")
    measure_granting(installation, replace(choice, last_month=last), half)
    measure_calling(installation, create_subscription("Called"))
    measure_counting(installation, rows)
    many = _reaching(installation, "Many", max(2 * _FEW, _MANY * rows // 1_000_000))
    ratio = f"{many[-1] / few[0]:.2f}"
    print_figures("Both together", [Figure("Many customers and 12 months, against few and 1 month", ratio, "about 1")])


def _shape(rows: int) -> Shape:
    customers = min(_MOST_CUSTOMERS, max(_FEW, rows // 2000))
    return Shape(customers, max(1, rows // (customers * len(_MONTHS))), _MONTHS)


def _reaching(installation: Installation, name: str, customers: int) -> list[float]:
    create_subscription(name)
    return measure_reaching(installation, name, customers)
