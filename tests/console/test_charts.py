"""Charts and sparklines: bars in proportion, gaps where nothing is known, and the same in words."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallybook.console.charts import PLOT_PIXELS, SPARK_PIXELS, Chart, Point, Spark
from tallybook.usage.months import month_before

LAST = date(2026, 11, 1)
VALUES = st.lists(st.none() | st.integers(0, 10**9), min_size=1, max_size=13)


def months(*values: int | None) -> list[Point]:
    """Months that end in November 2026, the oldest first."""
    first = len(values) - 1
    return [
        Point(month_before(LAST, first - index), value, "" if value is not None else "No usage")
        for index, value in enumerate(values)
    ]


def chart(*values: int | None) -> Chart:
    return Chart(name="objects", title="Objects", points=months(*values), nothing="Nothing.")


def spark_bars(spark: Spark) -> list[tuple[int, float]]:
    """Place across and height of each bar."""
    return [(int(left), float(height)) for left, height in re.findall(r"M(\d+) 20v-([\d.]+)h3V20z", spark.path)]


@given(VALUES)
def test_bars_are_in_proportion_and_stay_in_the_plot(values: list[int | None]) -> None:
    made = chart(*values)
    if made.is_empty:
        assert not any(values)
        return
    bars, top = made.bars, made.ticks[-1].value
    assert len(bars) == len(values)
    for bar, value in zip(bars, values, strict=True):
        assert 0 <= bar.height <= PLOT_PIXELS
        exact = PLOT_PIXELS * (value or 0) / top
        assert bar.height == pytest.approx(exact) if exact >= 1 else bar.height == bool(value)


@given(VALUES)
def test_the_lines_reach_the_largest_number_in_few_round_steps(values: list[int | None]) -> None:
    made = chart(*values)
    if made.is_empty:
        return
    ticks = [tick.value for tick in made.ticks]
    step = ticks[1]
    assert ticks == [step * number for number in range(len(ticks))]
    assert 2 <= len(ticks) <= 5
    assert ticks[-2] < max(value or 0 for value in values) <= ticks[-1]
    assert str(step).rstrip("0") in {"1", "2", "5"}


@given(VALUES)
def test_a_spark_has_a_bar_for_each_month_that_is_known(values: list[int | None]) -> None:
    spark = Spark(months(*values))
    bars = spark_bars(spark)
    assert [left for left, _ in bars] == [4 * index for index, value in enumerate(values) if value is not None]
    largest = max((value for value in values if value), default=0)
    for (_, height), value in zip(bars, (value for value in values if value is not None), strict=True):
        assert height <= SPARK_PIXELS
        expected = max(SPARK_PIXELS * value / largest, 1) if value else 0.5
        assert height == pytest.approx(expected, abs=0.051)


def test_a_month_without_usage_is_a_gap_and_not_nothing() -> None:
    made = chart(4, None, 0, 8)
    assert [bar.point.value for bar in made.bars] == [4, None, 0, 8]
    assert [bar.height for bar in made.bars] == [80, 0, 0, 160]
    assert "No number for 1 of 4 months." in made.description
    assert "Least: 0 in October 2026." in made.description
    assert spark_bars(Spark(months(4, None, 0, 8))) == [(0, 10), (8, 0.5), (12, 20)]


def test_one_month_alone() -> None:
    made = chart(3)
    (bar,) = made.bars
    assert (bar.left, bar.width, bar.middle, bar.is_last) == ("15.00", "70.00", "50.00", True)
    assert [tick.value for tick in made.ticks] == [0, 1, 2, 3]
    assert made.description == "3 in November 2026."
    assert [(row.point.value, row.change) for row in made.rows] == [(3, None)]
    assert Spark(months(3)).words == "November 2026: 3"


def test_nothing_known_and_nothing_there_draw_no_chart() -> None:
    assert chart(None, None).is_empty
    assert chart(0, None).is_empty
    assert Spark(months(None, None)).path == Spark(months(None, None)).words == ""


def test_the_table_has_the_newest_first_with_changes_between_neighbours() -> None:
    rows = chart(5, 7, None, 6, 6).rows
    assert [(f"{row.point.month:%b}", row.point.value, row.change) for row in rows] == [
        ("Nov", 6, 0),
        ("Oct", 6, None),
        ("Sep", None, None),
        ("Aug", 7, 2),
        ("Jul", 5, None),
    ]


def test_a_chart_is_told_in_words() -> None:
    assert chart(1200, 900, 1500).description == (
        "1,200 in September 2026, 1,500 in November 2026. Most: 1,500 in November 2026. Least: 900 in October 2026."
    )
    assert Spark(months(None, 1200, None, 7)).words == "September 2026 to November 2026: 1,200, no usage, 7"


def test_every_third_month_is_named_on_a_narrow_screen_and_a_year_where_it_begins_and_ends() -> None:
    bars = chart(*range(13)).bars
    assert [index for index, bar in enumerate(bars) if bar.is_named_always] == [0, 3, 6, 9, 12]
    assert [f"{bar.point.month:%Y-%m}" for bar in bars if bar.names_year] == ["2025-11", "2026-01", "2026-11"]
