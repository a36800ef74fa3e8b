"""Months, times, sizes and changes in words and figures."""

from datetime import UTC, datetime, timedelta

import pytest

from tallybook.console.wording import Unit, ago, change_text, count_sentence, size_in, unit_for

NOW = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=31), "on 30 September 2026"),
    ],
)
def test_ago(passed: timedelta, said: str) -> None:
    assert ago(NOW - passed, NOW) == said


@pytest.mark.parametrize(
    ("largest", "size", "unit", "said"),
    [
        (0, 0, "bytes", "0"),
        (1023, 1023, "bytes", "1,023"),
        (1024, 1024, "KiB", "1.00"),
        (1024**3 - 1, 1024**2, "MiB", "1.00"),
        (1024**4, 0, "TiB", "0.00"),
        (1024**4, 1, "TiB", "< 0.01"),
        (5 * 1024**4, 1536 * 1024**3, "TiB", "1.50"),
        (9 * 10**18, 9 * 10**18, "PiB", "7,993.61"),
    ],
)
def test_sizes_of_a_column_have_one_unit(largest: int, size: int, unit: str, said: str) -> None:
    chosen = unit_for(largest)
    assert isinstance(chosen, Unit)
    assert (chosen.name, size_in(chosen, size)) == (unit, said)


@pytest.mark.parametrize(("change", "said"), [(0, ""), (3, "+3"), (-1200, "\N{MINUS SIGN}1,200")])
def test_changes_have_a_sign(change: int, said: str) -> None:
    assert change_text(change) == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (1, "holds 1 row."),
        (2, "holds 2 rows, about 400 bytes as CSV."),
        (99_999, "holds 99,999 rows, about 19 MiB as CSV."),
        (100_000, "holds 100,000 rows or more: 19 MiB as CSV, at least."),
    ],
)
def test_rows_are_counted_in_words(rows: int, said: str) -> None:
    assert count_sentence(rows, 200 * rows) == f"This choice {said}"
