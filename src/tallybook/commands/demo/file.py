"""The demo MSP's usage file: thirteen months and more, up to the current one."""

import csv
from collections.abc import Iterator
from datetime import date
from itertools import count, takewhile
from pathlib import Path

from tallybook.commands.demo import machines, microsoft365
from tallybook.commands.demo.companies import COMPANIES
from tallybook.commands.demo.usage import TITLES, DemoMonth, DemoRow

_MONTHS_BEFORE = 12


def first_month_of(today: date) -> date:
    """The demo that is made today begins with the same month of last year, so that it has thirteen months."""
    return date(today.year - _MONTHS_BEFORE // 12, today.month, 1)


def demo_rows(today: date, first_month: date | None = None) -> Iterator[DemoRow]:
    """The demo's usage until today, by month and customer. The same days give the same rows, everywhere.

    Args:
        today: the last day that is told of.
        first_month: the first day of the demo's first month; left out, the demo has thirteen months. With a later `today`
            the same first month gives the same rows and more.
    """
    first_month = first_month or first_month_of(today)
    months = (DemoMonth.of(first_month, index, today) for index in count())
    for month in takewhile(lambda month: month.first <= today, months):
        for company in COMPANIES:
            if company.is_customer(month.index):
                yield from microsoft365.rows(company, month)
                yield from machines.rows(company, month)


def write_demo_file(path: Path, rows: Iterator[DemoRow]) -> None:
    """Write rows as a usage file with the report's own column names."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        writer.writerows(rows)
