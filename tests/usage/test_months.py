"""Months as people write them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from tallybook.errors import Refused
from tallybook.usage.months import month_before, month_text, parse_month, this_month


@pytest.mark.parametrize("text", ["2026-10", " 2026-10 ", "2000-01", "2099-12"])
def test_a_month_is_its_first_day(text: str) -> None:
    month = parse_month(text, "--from")
    assert month.day == 1
    assert month_text(month) == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-1", "2026-00", "2026-13", "2026-10-01", "10-2026", "1999-12", "2100-01", "Oct-26", "\uff12026-10", "x"],
)
def test_what_is_no_month_is_refused_by_the_name_of_its_option(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_month(text, "--from")
    assert str(refused.value).startswith(f"--from is {text!r}")
    assert "YYYY-MM" in str(refused.value)


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        (date(2026, 10, 1), 1, date(2026, 9, 1)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2026, 10, 1), 12, date(2025, 10, 1)),
        (date(2026, 12, 1), -1, date(2027, 1, 1)),
        (date(2026, 10, 1), 0, date(2026, 10, 1)),
    ],
)
def test_months_are_counted_over_the_year(month: date, count: int, expected: date) -> None:
    assert month_before(month, count) == expected
    assert month_before(expected, -count) == month


def test_this_month_is_a_first_day_and_zones_may_differ_by_one_month() -> None:
    east, west = this_month(ZoneInfo("Pacific/Kiritimati")), this_month(ZoneInfo("Pacific/Pago_Pago"))
    assert (east.day, west.day) == (1, 1)
    assert west in (east, month_before(east))
