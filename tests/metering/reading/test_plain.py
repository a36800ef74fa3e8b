"""A column of which it is told at a glance that all its cells are plain is one of which every cell can be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tallybook.metering.reading import load_profile
from tallybook.metering.reading.numbers import NUMBER_MAX, NumberReader
from tallybook.metering.reading.plain import are_digits, are_texts, are_times
from tallybook.metering.reading.times import TimeReader

ZONES = (UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12)))
WRITTEN = st.sampled_from(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"])
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2110, 1, 1))  # noqa: DTZ001 - as clocks show them
LIKE_TIMES = st.text(st.sampled_from("0123456789-: T\n٣W+"), min_size=14, max_size=34)


@given(st.lists(MOMENTS, max_size=5), WRITTEN, st.lists(LIKE_TIMES, max_size=1), st.integers(0, 5))
@example([], "", ["2026-W43-5T10:10"], 0)
@example([], "", ["2026-10-23T10+01"], 0)
@example([], "", ["2026-02-29 10:10"], 0)
@example([], "", ["2026-10-23 24:00"], 0)
@example([], "", ["2026-10-23 10:10\n2026-10-23 10:10"], 0)
def test_plain_times_can_be_read_in_every_zone(moments: list[datetime], written: str, others: list[str], empty: int) -> None:
    texts = [*(f"{moment:{written}}" for moment in moments), *others, *[""] * empty]
    if are_times(texts):
        for zone in ZONES:
            reader = TimeReader(load_profile("itemised"), zone)
            assert all(reader.read("last_backup", text) for text in texts if text)


@given(st.lists(st.datetimes(datetime(2001, 1, 1), datetime(2098, 1, 1)), max_size=5), WRITTEN)  # noqa: DTZ001
def test_times_as_files_have_them_are_plain(moments: list[datetime], written: str) -> None:
    assert are_times([*(f"{moment:{written}}" for moment in moments), ""])


@pytest.mark.parametrize(
    "texts",
    [
        ["soon"],
        ["2026-10-23 10:10", "2026-10-23T10:10"],
        ["1999-12-31 10:10"],
        ["2000-01-01 00:30"],
        ["2099-12-31 23:30"],
        ["2100-01-01 10:10"],
        ["2026-10-23 10:10", "2026-02-30 10:10"],
        ["2026-10-23 10:10 "],
        ["٢٠٢٦-10-23 10:10"],
    ],
)
def test_other_times_are_looked_at(texts: list[str]) -> None:
    assert not are_times(texts)


@given(st.lists(st.text(st.sampled_from("0123456789²٣ -,."), max_size=20), min_size=1, max_size=4))
@example(["9" * 18])
@example(["9" * 19])
@example(["1", ""])
def test_plain_digits_are_whole_numbers(texts: list[str]) -> None:
    if are_digits(texts):
        reader = NumberReader(load_profile("itemised"))
        assert [reader.whole("stored_bytes", text) for text in texts] == list(map(int, texts))
        assert max(map(int, texts)) <= NUMBER_MAX


def test_digits_and_texts_are_told_from_others() -> None:
    assert are_digits(["0", "9" * 18])
    assert not any(map(are_digits, (["1", ""], ["1", "9" * 19], ["1", "²"], ["-1"])))
    assert are_texts([" web-1 ", "x" * 2_000])
    assert not any(map(are_texts, (["web-1", ""], ["web-1", "\u00a0"], ["x" * 2_001])))
