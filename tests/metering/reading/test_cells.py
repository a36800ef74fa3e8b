"""Cells: what is read, what is refused, and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tallybook.metering.reading import RefusedRow, UsageRow, load_profile
from tallybook.metering.reading.header import map_columns

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = {
    "Month": "2026-10",
    "Customer Name": "Acme",
    "Customer ID": "",
    "Product": "VM Backup",
    "Object Type Backed Up": "VM",
    "Object Name": "web-1",
    "Object Details": "",
    "Licence": "",
    "Deleted": "",
    "Invoice": "",
    "Days Backed Up": "",
    "First Backup": "",
    "Last Backup": "",
    "Protected Size (Bytes)": "",
    "Stored Size (GB)": "",
    "Adjustment For": "",
}


def file_with(cells: dict[str, str]) -> str:
    """A file of one row, tabs between its cells so that the cells need no quotes."""
    assert cells.keys() <= COLUMNS.keys()
    return "\t".join(COLUMNS) + "\r\n" + "\t".join((COLUMNS | cells).values())


@pytest.mark.parametrize(
    ("column", "value", "profile", "reason"),
    [
        ("Customer Name", "", "itemised", "customer's name is empty"),
        ("Customer Name", " \u00a0", "itemised", "customer's name is empty"),
        ("Customer Name", "x" * 201, "itemised", "201 characters; at most 200"),
        ("Product", " ", "itemised", "product is empty"),
        ("Object Type Backed Up", "", "itemised", "type is empty"),
        ("Object Name", " ", "itemised", "name is empty"),
        ("Object Name", "x" * 2_001, "itemised", "2,001 characters; at most 2,000"),
        ("Object Details", "x" * 2_001, "itemised", "at most 2,000"),
        ("Month", "", "itemised", "say --month YYYY-MM"),
        ("Month", "2026-13", "itemised", "Not a month; the profile itemised writes 2026-10."),
        ("Month", "2026-00", "itemised", "Not a month"),
        ("Month", "soon", "itemised", "Not a month"),
        ("Month", "2026-10-15", "itemised", "Not a month"),
        ("Month", "\u0662\u0660\u0662\u0666-\u0661\u0660", "itemised", "Not a month"),
        ("Month", "1999-12", "itemised", "The year is 1999"),
        ("Month", "Okt 26", "itemised", "Not a month"),
        ("Month", "05/10/2026", "british", "Not a month"),
        ("Last Backup", "yesterday", "itemised", "Not a time; the profile itemised writes"),
        ("Last Backup", "2026-02-30 10:00", "itemised", "Not a time"),
        ("Last Backup", "2026-10-05 24:00", "itemised", "Not a time"),
        ("Last Backup", "2026-W40-1", "itemised", "Not a time"),
        ("Last Backup", "20261005", "itemised", "Not a time"),
        ("Last Backup", "05.10.2026 14:30", "itemised", "Not a time"),
        ("Last Backup", "10/13/2026", "british", "Not a time"),
        ("Last Backup", "13/10/2026", "american", "Not a time"),
        ("Last Backup", "10/05/2026 13:00 PM", "american", "Not a time"),
        ("Last Backup", "1999-12-31 23:59", "itemised", "The year is 1999"),
        ("Last Backup", "9999-12-31 23:59-05:00", "itemised", "Not a time"),
        ("Last Backup", "2026-10-05 14:30+25:00", "itemised", "Not a time"),
        ("Protected Size (Bytes)", "-1", "itemised", "negative"),
        ("Protected Size (Bytes)", "-0", "itemised", "negative"),
        ("Protected Size (Bytes)", "\u22125", "itemised", "negative"),
        ("Protected Size (Bytes)", "+5", "itemised", "Not a number"),
        ("Protected Size (Bytes)", "big", "itemised", "Not a number"),
        ("Protected Size (Bytes)", "37 GB", "itemised", "Not a number"),
        ("Protected Size (Bytes)", "\u0661\u0662", "itemised", "Not a number"),
        ("Protected Size (Bytes)", "²", "itemised", "Not a number"),
        ("Protected Size (Bytes)", "1_000", "itemised", "Not a number"),
        ("Protected Size (Bytes)", "1.234", "itemised", "Not a whole number"),
        ("Protected Size (Bytes)", "1.000", "itemised", "Not a whole number"),
        ("Protected Size (Bytes)", "1,5", "german", "Not a whole number"),
        ("Protected Size (Bytes)", "1,234", "itemised", "Not a number"),
        ("Protected Size (Bytes)", "1.23.456", "german", "Not a number"),
        ("Protected Size (Bytes)", "1234.567", "german", "Not a number"),
        ("Protected Size (Bytes)", "1 234.567", "french", "Not a number"),
        ("Protected Size (Bytes)", "3,70E+10", "german", "spreadsheet shortened this number"),
        ("Protected Size (Bytes)", "3.70e10", "itemised", "spreadsheet shortened this number"),
        ("Protected Size (Bytes)", str(2**63), "itemised", "largest is 9,223,372,036,854,775,807"),
        ("Protected Size (Bytes)", "9" * 5_000, "itemised", "Not a number"),
        ("Stored Size (GB)", "9223372037", "itemised", "too large"),
        ("Stored Size (GB)", "-0.5", "itemised", "negative"),
        ("Stored Size (GB)", ".5", "itemised", "Not a number"),
        ("Deleted", "perhaps", "itemised", "Neither yes nor no"),
        ("Deleted", "Ja", "itemised", "Neither yes nor no"),
        ("Invoice", "Maybe", "itemised", "Neither Billable nor Free"),
        ("Days Backed Up", "32", "itemised", "More than the 31 days of 2026-10."),
        ("Days Backed Up", "-1", "itemised", "negative"),
        ("Days Backed Up", "1.5", "itemised", "Not a whole number"),
        ("Adjustment For", "later", "itemised", "Not a month"),
    ],
)
def test_a_cell_that_is_refused(
    column: str, value: str, profile: str, reason: str, refusals: Callable[..., list[RefusedRow]]
) -> None:
    (refused,) = refusals(file_with({column: value}), profile=profile)
    assert (refused.line, refused.column) == (2, column)
    assert refused.value == (value if len(value) <= 200 else value[:199] + "…")
    assert reason in refused.reason
    assert refused.reason.endswith(".")


@pytest.mark.parametrize(
    ("column", "value", "profile", "expected"),
    [
        ("Customer Name", " Acme\u00a0", "itemised", "Acme"),
        ("Customer ID", "007 ", "itemised", "007 "),
        ("Customer ID", "  ", "itemised", None),
        ("Product", " VM Backup ", "itemised", "VM Backup"),
        ("Object Name", "  web ", "itemised", "  web "),
        ("Object Name", "'=1+1", "itemised", "'=1+1"),
        ("Object Name", "'=1+1", "excel", "=1+1"),
        ("Object Name", "''x", "excel", "'x"),
        ("Customer Name", "'+Acme", "excel", "+Acme"),
        ("Object Details", " a@b.example", "itemised", " a@b.example"),
        ("Object Details", "N/A", "itemised", "N/A"),
        ("Licence", " E3 ", "itemised", "E3"),
        ("Deleted", "yes", "itemised", True),
        ("Deleted", "FALSE", "itemised", False),
        ("Deleted", "1", "itemised", True),
        ("Deleted", "Nein", "german", False),
        ("Deleted", "Oui", "french", True),
        ("Invoice", "FREE", "itemised", "Free"),
        ("Invoice", " billable", "itemised", "Billable"),
        ("Days Backed Up", "0", "itemised", 0),
        ("Days Backed Up", "31", "itemised", 31),
        ("Days Backed Up", "12.0", "itemised", 12),
        ("Protected Size (Bytes)", "0", "itemised", 0),
        ("Protected Size (Bytes)", " 42 ", "itemised", 42),
        ("Protected Size (Bytes)", str(2**63 - 1), "itemised", 2**63 - 1),
        ("Protected Size (Bytes)", "1.234", "german", 1_234),
        ("Protected Size (Bytes)", "37.041.834.738", "german", 37_041_834_738),
        ("Protected Size (Bytes)", "1,234,567", "british", 1_234_567),
        ("Protected Size (Bytes)", "1 234 567", "french", 1_234_567),
        ("Protected Size (Bytes)", "1\u202f234", "french", 1_234),
        ("Protected Size (Bytes)", "1\u00a0234", "french", 1_234),
        ("Stored Size (GB)", "1.234,5", "german", 1_234_500_000_000),
        ("Stored Size (GB)", "1,234.5", "american", 1_234_500_000_000),
        ("Stored Size (GB)", "0.0000000015", "itemised", 2),
        ("Adjustment For", "2026-08", "itemised", date(2026, 8, 1)),
    ],
)
def test_a_cell_that_is_read(
    column: str, value: str, profile: str, expected: object, rows: Callable[..., list[UsageRow]]
) -> None:
    (row,) = rows(file_with({column: value}), profile=profile)
    (field,) = map_columns([column], load_profile(profile), {}).indexes
    assert getattr(row, field) == expected
    assert row.month == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("value", "profile", "month"),
    [
        ("2026-10", "itemised", 10),
        (" 2026-10-01 ", "itemised", 10),
        ("2026-10-01 00:00:00", "itemised", 10),
        ("2026-10-01T00:00:00Z", "itemised", 10),
        ("202610", "itemised", 10),
        ("10/2026", "itemised", 10),
        ("8/2026", "itemised", 8),
        ("Aug-26", "itemised", 8),
        ("AUG 2026", "itemised", 8),
        ("August 2026", "itemised", 8),
        ("Sept. 2026", "itemised", 9),
        ("10.2026", "german", 10),
        ("Okt 26", "german", 10),
        ("Okt. 26", "german", 10),
        ("Mär-26", "german", 3),
        ("Ma\u0308rz 2026", "german", 3),
        ("Aug-26", "german", 8),
        ("01.10.2026", "german", 10),
        ("2026-10", "german", 10),
        ("01/10/2026", "british", 10),
        ("10/01/2026", "american", 10),
        ("10/1/2026 12:00:00 AM", "american", 10),
        ("août 2026", "french", 8),
        ("févr.-26", "french", 2),
    ],
)
def test_months(value: str, profile: str, month: int, rows: Callable[..., list[UsageRow]]) -> None:
    (row,) = rows(file_with({"Month": value, "Adjustment For": value}), profile=profile)
    assert row.month == date(2026, month, 1)
    assert row.adjustment_for == row.month


@pytest.mark.parametrize(
    ("value", "profile", "zone", "expected"),
    [
        ("2026-10-05T14:30:00Z", "itemised", "Europe/Berlin", "2026-10-05 14:30"),
        ("2026-10-05 14:30", "itemised", "UTC", "2026-10-05 14:30"),
        ("2026-10-05 14:30", "itemised", "Europe/Berlin", "2026-10-05 12:30"),
        ("2026-10-05T14:30:00+02:00", "itemised", "UTC", "2026-10-05 12:30"),
        ("2026-10-05 14:30 +0200", "itemised", "UTC", "2026-10-05 12:30"),
        ("2026-10-05 14:30:15.25", "itemised", "UTC", "2026-10-05 14:30:15"),
        ("2026-10-05T14:30:15.123456789Z", "itemised", "UTC", "2026-10-05 14:30:15"),
        ("2026-10-05", "itemised", "Europe/Berlin", "2026-10-04 22:00"),
        ("2026-10-25 02:30", "itemised", "Europe/Berlin", "2026-10-25 00:30"),
        ("2026-03-29 02:30", "itemised", "Europe/Berlin", "2026-03-29 01:30"),
        ("25.10.2026 02:30", "german", "Europe/Berlin", "2026-10-25 00:30"),
        ("05.10.2026 14:30", "german", "UTC", "2026-10-05 14:30"),
        ("5.10.2026, 4:30:59", "german", "UTC", "2026-10-05 04:30:59"),
        ("05.10.26 14:30", "german", "UTC", "2026-10-05 14:30"),
        ("05.10.2026 14:30 +02:00", "german", "UTC", "2026-10-05 12:30"),
        ("2026-10-05 14:30", "german", "UTC", "2026-10-05 14:30"),
        ("05/10/2026 14:30", "british", "UTC", "2026-10-05 14:30"),
        ("05/10/2026", "french", "UTC", "2026-10-05 00:00"),
        ("5-Oct-2026 2:30 pm", "british", "UTC", "2026-10-05 14:30"),
        ("10/05/2026 2:30 PM", "american", "UTC", "2026-10-05 14:30"),
        ("10/05/2026 2:30:10\u202fp.m.", "american", "UTC", "2026-10-05 14:30:10"),
        ("10/05/2026 12:30 AM", "american", "UTC", "2026-10-05 00:30"),
        ("10/05/2026 12:30 PM", "american", "UTC", "2026-10-05 12:30"),
        ("10/05/2026 14:30", "american", "UTC", "2026-10-05 14:30"),
        ("Oct 5, 2026 14:30", "american", "UTC", "2026-10-05 14:30"),
    ],
)
def test_times_are_read_into_utc(
    value: str, profile: str, zone: str, expected: str, rows: Callable[..., list[UsageRow]]
) -> None:
    (row,) = rows(file_with({"Last Backup": value}), profile=profile, time_zone=ZoneInfo(zone))
    assert row.last_backup == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert row.last_backup.tzinfo is UTC


def test_days_are_held_against_the_month_of_the_row(read: Callable[..., list[UsageRow | RefusedRow]]) -> None:
    (refused,) = read(file_with({"Month": "2026-02", "Days Backed Up": "29"}))
    assert isinstance(refused, RefusedRow)
    assert refused.reason == "More than the 28 days of 2026-02."
    assert isinstance(read(file_with({"Month": "2028-02", "Days Backed Up": "29"}))[0], UsageRow)


def test_the_first_backup_is_not_later_than_the_last(read: Callable[..., list[UsageRow | RefusedRow]]) -> None:
    early, late = "2026-10-04 09:00", "2026-10-04 09:01"
    (refused,) = read(file_with({"First Backup": late, "Last Backup": early}))
    assert isinstance(refused, RefusedRow)
    assert (refused.column, refused.value) == ("First Backup", late)
    for first, last in ((early, late), (early, early), (late, ""), ("", early)):
        assert isinstance(read(file_with({"First Backup": first, "Last Backup": last}))[0], UsageRow)


def test_more_different_cells_than_are_remembered(rows: Callable[..., list[UsageRow]]) -> None:
    names = [f"customer {number}" for number in range(20_000)]
    content = "Month,Customer,Product,Object Type,Object Name\n" + "".join(f"2026-10,{name},p,t,n\n" for name in names)
    assert [row.customer for row in rows(content)] == names
