"""report.md has every column of schema 1, in its order, and every format."""

from collections.abc import Callable

from tests.conftest import SAMPLES, Ran
from tests.docs.pages import quoted, read, rows, section

from tallybook.reports.building import Format, Profile
from tallybook.reports.csv_format import DELIMITERS
from tallybook.reports.itemised import COLUMNS
from tallybook.reports.kinds import SCHEMA
from tallybook.reports.quantities import COLUMNS as OF_QUANTITIES
from tallybook.reports.xlsx_format import MOST_ROWS
from tallybook.subscriptions.models import Subscription

PAGE = read("report.md")


def test_every_column_stands_in_the_table_in_order() -> None:
    table = rows(section(PAGE, f"schema {SCHEMA}"))
    assert [(cells[0], cells[1]) for cells in table] == [(f"`{one.title}`", f"`{one.json_name}`") for one in COLUMNS]
    assert all(cells[2] and cells[3] for cells in table)


def test_every_column_of_the_quantities_stands_in_the_table_in_order() -> None:
    table = rows(section(PAGE, "The quantities"))
    assert [(cells[0], cells[1]) for cells in table] == [(f"`{one.title}`", f"`{one.json_name}`") for one in OF_QUANTITIES]


def test_every_format_profile_and_delimiter_is_told() -> None:
    words = set(quoted(section(PAGE, "`tallybook report`")))
    assert {*Format, *Profile, *DELIMITERS} <= words
    assert {f"`{profile}`" for profile in Profile} <= {cells[0] for cells in rows(section(PAGE, "CSV"))}
    assert f"{MOST_ROWS:,}" in PAGE


def test_every_field_of_the_json_object_is_told(subscription: Subscription, run: Callable[..., Ran]) -> None:
    assert run("import", SAMPLES / "itemised-b.csv", "--subscription", subscription.name).status == 0
    months = ("--from", "2026-10", "--to", "2026-10")
    report = run("report", "--subscription", subscription.name, *months, "--format", "json").json
    assert list(report) == [quoted(cells[0])[0] for cells in rows(section(PAGE, "JSON")) if cells[0].startswith("`")]
    assert list(report["rows"][0]) == [column.json_name for column in COLUMNS]
