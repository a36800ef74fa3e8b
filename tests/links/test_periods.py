"""Periods: fixed ones, and those that move with the calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallybook.errors import Refused
from tallybook.links.periods import MOST_MONTHS, Period
from tallybook.usage.months import month_before


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        ("this-month", date(2026, 11, 25), date(2026, 11, 1), date(2026, 11, 1)),
        ("previous-month", date(2026, 11, 25), date(2026, 10, 1), date(2026, 10, 1)),
        ("previous-month", date(2027, 1, 1), date(2026, 12, 1), date(2026, 12, 1)),
        ("last-1-months", date(2026, 11, 25), date(2026, 10, 1), date(2026, 10, 1)),
        ("last-3-months", date(2026, 2, 28), date(2025, 11, 1), date(2026, 1, 1)),
        ("last-120-months", date(2026, 1, 31), date(2016, 1, 1), date(2025, 12, 1)),
        ("year-to-date", date(2026, 11, 25), date(2026, 1, 1), date(2026, 11, 1)),
        ("year-to-date", date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1)),
    ],
)
def test_moving_periods(name: str, today: date, first: date, last: date) -> None:
    assert Period.read(name).months(today) == (first, last)
    assert Period.read(name).range is None


@given(first=st.dates(date(2000, 1, 1), date(2099, 12, 1)), count=st.integers(0, 30), today=st.dates())
def test_a_fixed_period_stays(first: date, count: int, today: date) -> None:
    first = first.replace(day=1)
    last = month_before(first, -count)
    if last.year < 2100:
        assert Period.fixed(first, last).months(today) == (first, last)
        assert Period(Period.fixed(first, last).name).range == (first, last)


@pytest.mark.parametrize(
    "name", ["", "last-0-months", f"last-{MOST_MONTHS + 1}-months", "last-01-months", "last-months", "next-month", "2026-10"]
)
def test_what_is_no_period(name: str) -> None:
    with pytest.raises(Refused) as refused:
        Period.read(name)
    assert str(refused.value).startswith(f"There is no period {name!r}. Choose this-month, previous-month")


def test_the_first_month_is_not_after_the_last() -> None:
    with pytest.raises(Refused, match="begins with 2026-11, after its end 2026-10"):
        Period.fixed(date(2026, 11, 1), date(2026, 10, 1))
    assert Period.fixed(date(2026, 10, 1), date(2026, 10, 1)).words == "October 2026"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("this-month", "this month"),
        ("previous-month", "the previous month"),
        ("last-1-months", "the last complete month"),
        ("last-6-months", "the last 6 complete months"),
        ("year-to-date", "this year to date"),
        ("2026-08..2026-10", "August 2026 to October 2026"),
    ],
)
def test_periods_in_words(name: str, words: str) -> None:
    assert Period(name).words == words
