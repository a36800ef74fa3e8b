"""Which months a link is about: a fixed range, or one that moves with the calendar."""

import re
from dataclasses import dataclass
from datetime import date

from tallybook.errors import Refused
from tallybook.usage.months import month_before, month_text, parse_month

THIS_MONTH, PREVIOUS_MONTH, YEAR_TO_DATE = "this-month", "previous-month", "year-to-date"
MOST_MONTHS = 120
_LAST_MONTHS = re.compile(r"last-([1-9][0-9]{0,2})-months")
_FIXED = re.compile(r"(?P<first>[0-9]{4}-[0-9]{2})\.\.(?P<last>[0-9]{4}-[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """A period by its name: `this-month`, `previous-month`, `last-N-months`, `year-to-date`, or `YYYY-MM..YYYY-MM`."""

    name: str

    @classmethod
    def read(cls, name: str) -> "Period":
        """A period that moves with the calendar.

        Raises:
            Refused: there is no such period.
        """
        count = _LAST_MONTHS.fullmatch(name)
        if name in (THIS_MONTH, PREVIOUS_MONTH, YEAR_TO_DATE) or (count and int(count[1]) <= MOST_MONTHS):
            return cls(name)
        raise Refused(
            f"There is no period {name!r}. Choose {THIS_MONTH}, {PREVIOUS_MONTH}, {YEAR_TO_DATE}, or last-N-months with N from "
            f"1 to {MOST_MONTHS}."
        )

    @classmethod
    def fixed(cls, first: date, last: date) -> "Period":
        """A range of months, both included.

        Raises:
            Refused: the first month is after the last.
        """
        if first > last:
            raise Refused(f"The range begins with {month_text(first)}, after its end {month_text(last)}. Exchange the two.")
        return cls(f"{month_text(first)}..{month_text(last)}")

    @property
    def range(self) -> tuple[date, date] | None:
        """The months of a fixed period."""
        found = _FIXED.fullmatch(self.name)
        return (parse_month(found["first"], "The month"), parse_month(found["last"], "The month")) if found else None

    def months(self, today: date) -> tuple[date, date]:
        """First and last month, both included, on this day in the subscription's zone."""
        if fixed := self.range:
            return fixed
        this = today.replace(day=1)
        if self.name == THIS_MONTH:
            return this, this
        if self.name == YEAR_TO_DATE:
            return this.replace(month=1), this
        count = _LAST_MONTHS.fullmatch(self.name)
        return month_before(this, int(count[1]) if count else 1), month_before(this)

    @property
    def words(self) -> str:
        """For people: `the last 3 complete months`."""
        if fixed := self.range:
            first, last = (f"{month:%B %Y}" for month in fixed)
            return first if first == last else f"{first} to {last}"
        if count := _LAST_MONTHS.fullmatch(self.name):
            return f"the last {count[1]} complete months" if count[1] != "1" else "the last complete month"
        return {THIS_MONTH: "this month", PREVIOUS_MONTH: "the previous month", YEAR_TO_DATE: "this year to date"}[self.name]
