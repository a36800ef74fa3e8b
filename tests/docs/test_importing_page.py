"""importing.md has every column, alias, unit and profile, and every field of the summary."""

import tomllib
from collections.abc import Callable
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SAMPLES, Ran
from tests.docs.pages import ROOT, quoted, read, rows, section

from tallybook.metering.reading import PROFILE_NAMES
from tallybook.metering.reading import rows as reading_rows
from tallybook.metering.reading.header import COLUMNS_MAX
from tallybook.metering.reading.lines import LINE_MAX_CHARACTERS
from tallybook.metering.reading.numbers import NUMBER_MAX, NumberReader
from tallybook.metering.reading.profiles import load_profile
from tallybook.metering.reading.records import RECORD_MAX_LINES
from tallybook.metering.reading.times import MonthReader, TimeReader
from tallybook.reports.itemised import COLUMNS
from tallybook.subscriptions.models import Subscription

PAGE = read("importing.md")
PROFILES = ROOT / "src" / "tallybook" / "metering" / "reading" / "profiles"
DECLARED = {name: tomllib.loads((PROFILES / f"{name}.toml").read_text(encoding="utf-8")) for name in PROFILE_NAMES}


def _columns(profile: dict[str, Any]) -> list[list[str]]:
    return [*profile.get("columns", {}).values(), *profile.get("size_columns", {}).values()]


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_every_alias_stands_in_the_row_of_its_column(name: str) -> None:
    told = [quoted(cells[1]) for cells in rows(PAGE) if len(cells) > 1]
    for aliases in _columns(DECLARED[name]):
        assert aliases in told


def test_the_table_of_columns_is_in_the_order_of_the_report() -> None:
    table = [cells[0] for cells in rows(section(PAGE, "Columns"))]
    assert table == [column.title for column in COLUMNS]
    assert len(_columns(DECLARED["itemised"])) == len(COLUMNS)


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_every_profile_is_told(name: str) -> None:
    assert f"`{name}`" in [cells[0] for cells in rows(section(PAGE, "Profiles"))]
    assert f"`{DECLARED[name]['name']}`" == f"`{name}`"
    words = [*DECLARED[name].get("yes", ()), *DECLARED[name].get("no", ()), *DECLARED[name].get("units", {})]
    assert set(words) <= set(quoted(PAGE))


@pytest.mark.parametrize("name", sorted(set(PROFILE_NAMES) - {"excel"}))  # whose examples are those of itemised
def test_the_examples_of_a_profile_can_be_read_by_it(name: str) -> None:
    table = {cells[0]: cells for cells in rows(section(PAGE, "Profiles"))}
    profile = load_profile(name)
    _, _, months, times, numbers = (quoted(cell) for cell in table[f"`{name}`"])
    for example in months:
        assert MonthReader(profile).read("month", example) == date(2026, 10, 1)
    for example in times:
        moment = TimeReader(profile, UTC).read("last_backup", example)
        assert moment
        assert moment.date() == date(2026, 10, 5)
    for example in numbers:
        assert NumberReader(profile).size_reader("protected_bytes", 1000)(example) == 1_234_500


def test_the_folder_has_no_other_profiles() -> None:
    assert {path.stem for path in PROFILES.glob("*.toml")} == set(PROFILE_NAMES)


def test_limits_are_told() -> None:
    limits = section(PAGE, "Limits")
    for limit in (LINE_MAX_CHARACTERS, RECORD_MAX_LINES, COLUMNS_MAX, NUMBER_MAX):
        assert f"{limit:,}" in limits
    assert f"{reading_rows.TEXT_MAX_CHARACTERS:,} characters" in PAGE
    assert f"{reading_rows.CUSTOMER_NAME_MAX_CHARACTERS} characters" in PAGE


def test_every_field_of_the_summary_is_told(subscription: Subscription, run: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    header = "Month,Customer Name,Product,Object Type Backed Up,Object Name,Plan\n"
    file.write_text(header + "2026-10,Acme,VM Backup,VM,web,Silver\n2026-10,Acme,VM Backup,VM,db,\n", encoding="utf-8")
    assert run("import", file, "--subscription", subscription.name).status == 0
    file.write_text(header + "2026-10,Acme,VM Backup,VM,web,Gold\n2026-13,Acme,VM Backup,VM,db,\n", encoding="utf-8")
    summary = run("import", file, "--subscription", subscription.name, "--json").json

    table = rows(section(PAGE, "The summary as JSON"))
    assert [name for cells in table for name in quoted(cells[0])] == list(_in_order(table, summary))
    for name in ("refused", "changes", "missing"):
        (cells,) = (cells for cells in table if cells[0] == f"`{name}`")
        assert set(summary[name][0]) <= set(quoted(cells[1]))


def _in_order(table: list[list[str]], summary: dict[str, Any]) -> list[str]:
    """The fields of the summary in the table's order, and those that it lacks behind them."""
    told = [name for cells in table for name in quoted(cells[0])]
    return sorted(summary, key=lambda name: told.index(name) if name in told else len(told))


def test_the_first_command_of_the_page_works(subscription: Subscription, run: Callable[..., Ran]) -> None:
    ran = run("import", SAMPLES / "itemised-a.csv", "--subscription", subscription.name)
    assert "tests/samples/itemised-a.csv" in PAGE
    assert ran.status == 0
    assert "0 refused" in ran.out
