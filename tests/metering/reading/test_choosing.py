"""`--profile auto`: one profile for the whole file, and no guessing from row to row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tallybook.errors import UnusableFile
from tallybook.metering.reading import PROFILE_NAMES, ReadingOptions, UsageRow, load_profile, open_usage_file
from tallybook.metering.reading.profiles import CANDIDATES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ISO = "2026-10-05 14:30"


def file_of(times: list[str], sizes: list[str] | None = None, unit: str = "Bytes") -> str:
    """A file whose rows differ only in their times and sizes."""
    sizes = sizes or [""] * len(times)
    header = f"Month\tCustomer\tProduct\tObject Type\tObject Name\tLast Backup\tSize ({unit})\n"
    return header + "".join(f"2026-10\tAcme\tp\tt\tn\t{time}\t{size}\n" for time, size in zip(times, sizes, strict=True))


@pytest.mark.parametrize(
    ("content", "profile", "good"),
    [
        (file_of([ISO], ["1000"]), "itemised", 1),
        (file_of(["", ""], ["", ""]), "itemised", 2),
        (file_of(["05.10.2026 14:30"], ["1000"]), "german", 1),
        (file_of(["25/10/2026"], [""]), "british", 1),
        (file_of(["10/25/2026"], [""]), "american", 1),
        (file_of(["10/05/2026 2:30:10\u202fp.m.", "05/10/2026 1:00 AM", "12/31/2026"], ["", "", ""]), "american", 3),
        (file_of(["05/10/2026", "25/10/2026", "10/25/2026", "26/10/2026"], [""] * 4), "british", 3),
        (file_of(["10/10/2026"], [""]), "british", 1),
        (file_of(["25/10/2026"], ["1 234,5"], "GB"), "french", 1),
        (file_of([""], ["1.234.567"]), "german", 1),
        (file_of([""], ["1,234,567"]), "british", 1),
        (file_of(["", ""], ["1.5", "2"], "GB"), "itemised", 2),
        (file_of(["", ""], ["1,5", "2"], "GB"), "german", 2),
        (file_of([""] * 4, ["1.234", "1,5", "2", "3"], "GB"), "german", 4),
        (file_of([ISO] * 9 + ["05.10.2026 14:30"], [""] * 10), "itemised", 9),
        (file_of([ISO] * 9 + ["05/10/2026 14:30"], [""] * 10), "itemised", 9),
        (file_of([ISO] * 9, ["1000"] * 8 + ["1.234"]), "itemised", 8),
        (file_of(["soon", "05.10.2026"], ["", ""]), "german", 1),
        (file_of(["soon"], ["much"]), "itemised", 0),
        (file_of(["=1+1", ISO], ["'1", ""]), "itemised", 1),
    ],
)
def test_the_profile_that_reads_most_is_chosen(content: str, profile: str, good: int, write: Callable[..., Path]) -> None:
    with open_usage_file(write(content), ReadingOptions()) as usage_file:
        found = list(usage_file)
    assert usage_file.profile == profile
    assert sum(isinstance(row, UsageRow) for row in found) == good
    assert len(found) == content.count("\n") - 1


@pytest.mark.parametrize(
    ("content", "one", "other"),
    [
        (file_of(["05/10/2026"], [""]), "british", "american"),
        (file_of([ISO, "05/10/2026", "06/10/2026"], [""] * 3), "british", "american"),
        (file_of(["", "25/10/2026", "10/26/2026"], [""] * 3), "british", "american"),
        (file_of([""], ["1.234"], "GB"), "itemised", "german"),
        (file_of([""], ["1,234"], "GB"), "german", "british"),
    ],
)
def test_two_readings_and_nothing_to_decide(content: str, one: str, other: str, write: Callable[..., Path]) -> None:
    path = write(content)
    with pytest.raises(UnusableFile, match="more than one way") as caught:
        open_usage_file(path, ReadingOptions())
    assert f"--profile {one} or --profile {other}" in str(caught.value)
    for profile in (one, other):
        with open_usage_file(path, ReadingOptions(profile=profile)) as usage_file:
            assert any(isinstance(row, UsageRow) for row in usage_file)


def test_a_row_beyond_the_sample_is_refused_and_not_guessed_anew(write: Callable[..., Path]) -> None:
    content = file_of(["05.10.2026 14:30"] * 1_500 + ["10/25/2026"])
    with open_usage_file(write(content), ReadingOptions()) as usage_file:
        *good, last = usage_file
    assert usage_file.profile == "german"
    assert all(isinstance(row, UsageRow) for row in good)
    assert not isinstance(last, UsageRow)
    assert last.line == 1_502


def test_the_header_has_a_say(write: Callable[..., Path]) -> None:
    content = "Monat;Kunde;Produkt;Objekttyp;Objektname;Größe (Bytes)\n2026-10;Acme;p;t;n;1.234\n"
    with open_usage_file(write(content.encode("cp1252")), ReadingOptions(encoding="cp1252")) as usage_file:
        (row,) = usage_file
    assert usage_file.profile == "german"
    assert isinstance(row, UsageRow)
    assert row.protected_bytes == 1_234


def test_excel_is_never_chosen_by_itself(rows: Callable[..., list[UsageRow]]) -> None:
    header = "Month,Customer,Product,Object Type,Object Name\n"
    (row,) = rows(header + "2026-10,'=Acme,p,t,'+n\n")
    assert (row.customer, row.object_name) == ("'=Acme", "'+n")
    assert "excel" not in CANDIDATES


def test_an_unknown_profile_is_answered_with_those_that_are(write: Callable[..., Path]) -> None:
    with pytest.raises(UnusableFile, match="there are auto, itemised, excel, german, british, american, french"):
        open_usage_file(write(file_of([ISO])), ReadingOptions(profile="../secret"))


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_every_profile_is_declared_under_its_name_and_reads_its_own_examples(
    name: str, rows: Callable[..., list[UsageRow]]
) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert profile.description.endswith(".")
    assert profile.restore_neutralised == (name == "excel")
    time = profile.time_example.partition(" for ")[0]
    header = "Month\tCustomer\tProduct\tObject Type\tObject Name\tLast Backup\n"
    (row,) = rows(header + f"{profile.month_example}\tAcme\tp\tt\tn\t{time}\n", profile=name)
    assert (row.month.month, row.last_backup and row.last_backup.day) == (10, 5)
