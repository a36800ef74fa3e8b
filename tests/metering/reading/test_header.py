"""Columns by name, delimiters, and headers that do not do."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tallybook.errors import UnusableFile
from tallybook.metering.reading import ReadingOptions, UsageRow, load_profile, open_usage_file
from tallybook.metering.reading.header import map_columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = ["Month", "Customer", "Product", "Object Type", "Object Name"]
CELLS = ["2026-10", "Acme", "VM Backup", "VM", "web-1"]
SCHEMA_1 = {
    "Month": ("month", "month"),
    "Customer Name": ("customerName", "customer"),
    "Customer ID": ("customerId", "customer_id"),
    "Customer Reference": ("customerReference", "customer_reference"),
    "Product": ("product", "product"),
    "Plan": ("plan", "plan"),
    "Organisation": ("organisation", "organisation"),
    "Object Type Backed Up": ("objectTypeBackedUp", "object_type"),
    "Object Name": ("objectName", "object_name"),
    "Object Details": ("objectDetails", "object_details"),
    "Object ID": ("objectId", "object_id"),
    "Licence": ("licence", "licence"),
    "Deleted": ("deleted", "deleted"),
    "Invoice": ("invoice", "invoice"),
    "Days Backed Up": ("daysBackedUp", "days_backed_up"),
    "First Backup": ("firstBackup", "first_backup"),
    "Last Backup": ("lastBackup", "last_backup"),
    "Protected Size (Bytes)": ("protectedBytes", "protected_bytes"),
    "Stored Size (Bytes)": ("storedBytes", "stored_bytes"),
    "Adjustment For": ("adjustmentFor", "adjustment_for"),
}


def field_of(header: str, profile: str = "itemised") -> str | None:
    return next(iter(map_columns([header], load_profile(profile), {}).indexes), None)


@pytest.mark.parametrize("title", SCHEMA_1)
def test_every_column_of_schema_1_is_known_by_both_its_names(title: str) -> None:
    in_json, field = SCHEMA_1[title]
    assert field_of(title) == field
    assert field_of(in_json) == field


def test_schema_1_has_a_column_for_every_field() -> None:
    assert [field for _, field in SCHEMA_1.values()] == list(UsageRow._fields[1:])


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("  CUSTOMER   NAME ", "customer"),
        ("customer_name", "customer"),
        ("Customer-Name", "customer"),
        ("Customer\nName", "customer"),
        ("Client", "customer"),
        ("Company", "customer"),
        ("Tenant", "organisation"),
        ("Office 365 Organization", "organisation"),
        ("office365Organisation", "organisation"),
        ("Period", "month"),
        ("Billing Month", "month"),
        ("Backup Plan", "plan"),
        ("License", "licence"),
        ("Size (Bytes)", "protected_bytes"),
        ("Stored Size [GiB]", "stored_bytes"),
        ("Size in MB", "protected_bytes"),
        ("Size", None),
        ("Protected Size", None),
        ("Name", None),
        ("", None),
    ],
)
def test_names_of_columns(header: str, field: str | None) -> None:
    assert field_of(header) == field


@pytest.mark.parametrize(
    ("header", "value", "size_bytes"),
    [
        ("Size (B)", "17", 17),
        ("Size (KB)", "1.5", 1_500),
        ("Size (KiB)", "1.5", 1_536),
        ("size (gb)", "37.041834738", 37_041_834_738),
        ("Size (GiB)", "2", 2_147_483_648),
        ("Size (TB)", "0.1", 100_000_000_000),
        ("Size (TiB)", "0", 0),
        ("Size (KB)", "0.0005", 1),
        ("Size (KB)", "0.0004", 0),
        ("Size (PiB)", "1.00000000000000001", 1_125_899_906_842_624 + 0),
    ],
)
def test_sizes_follow_the_unit_of_their_header(
    header: str, value: str, size_bytes: int, rows: Callable[..., list[UsageRow]]
) -> None:
    (row,) = rows(",".join([*NAMES, header]) + "\n" + ",".join([*CELLS, value]))
    assert row.protected_bytes == size_bytes


def test_columns_may_stand_in_any_order(rows: Callable[..., list[UsageRow]]) -> None:
    (row,) = rows(";".join(reversed(NAMES)) + "\n" + ";".join(reversed(CELLS)))
    assert (row.month, row.customer, row.product, row.object_type, row.object_name) == (date(2026, 10, 1), *CELLS[1:])


def test_unknown_columns_are_named_and_may_be_twice(write: Callable[..., Path]) -> None:
    header = ",".join([*NAMES, "Colour", "Colour", "", "Grösse"])
    with open_usage_file(write(header + "\n" + ",".join(CELLS) + ",a,b,c,d\n"), ReadingOptions()) as usage_file:
        assert usage_file.unknown_columns == ("Colour", "Colour", "column 8, which has no name", "Grösse")
        assert len([row for row in usage_file if isinstance(row, UsageRow)]) == 1


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_the_delimiter_is_found(mark: str, quote: str, bom: str, write: Callable[..., Path]) -> None:
    lines = [mark.join(f"{quote}{cell}{quote}" for cell in cells) for cells in (NAMES, CELLS)]
    with open_usage_file(write(bom + "\n".join(lines)), ReadingOptions()) as usage_file:
        (row,) = usage_file
    assert usage_file.delimiter == mark
    assert isinstance(row, UsageRow)


@pytest.mark.parametrize(
    ("said", "mark"),
    [("tab", "\t"), ("Tab", "\t"), (r"\t", "\t"), ("\t", "\t"), (";", ";"), ("^", "^"), ("pipe", "|"), (" ", " ")],
)
def test_the_delimiter_may_be_said(said: str, mark: str, rows: Callable[..., list[UsageRow]]) -> None:
    lines = [mark.join(f'"{cell}"' for cell in cells) for cells in (NAMES, CELLS)]
    assert len(rows("\n".join(lines), delimiter=said)) == 1


@pytest.mark.parametrize("said", ["", ";;", "comma!", '"', "\n"])
def test_delimiters_that_are_none(said: str, write: Callable[..., Path]) -> None:
    with pytest.raises(UnusableFile, match="is not one character"):
        open_usage_file(write(",".join(NAMES)), ReadingOptions(delimiter=said))


@pytest.mark.parametrize("first", ["sep=^", "SEP=^\r", '"sep=^"'])
@pytest.mark.parametrize("said", [None, "^"])
def test_a_first_line_may_name_the_delimiter(first: str, said: str | None, rows: Callable[..., list[UsageRow]]) -> None:
    (row,) = rows("\n".join([first, "^".join(NAMES), "^".join(CELLS)]), delimiter=said)
    assert row.line == 3


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Month,Customer,Product,Object Type", "lacks the needed column 'Object Name'"),
        (
            "Month,Colour",
            "'Customer Name', 'Product', 'Object Type Backed Up', 'Object Name'; its header has 'Month', 'Colour'.",
        ),
        ("Customer,Product,Object Type,Object Name", "lacks the needed column 'Month'"),
        ("Customer,Product,Object Type,Object Name", "If all its rows are of one month, say --month YYYY-MM."),
        (",".join([*NAMES, "Client Name"]), "two columns for the same thing, 'Customer' and 'Client Name'"),
        (",".join([*NAMES, "Size (GB)", "Size (Bytes)"]), "'Size (GB)' and 'Size (Bytes)'"),
        (",".join([*NAMES, *(f"c{number}" for number in range(496))]), "has 501 columns"),
        (",".join([*NAMES, '"open']), "has no header that can be read"),
        ("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v", "'t' and 2 more."),
        ("sep=;", "has no header that can be read"),
        ("x" * 1_000, "…"),
    ],
)
def test_headers_that_do_not_do(header: str, reason: str, write: Callable[..., Path]) -> None:
    with pytest.raises(UnusableFile, match=re.escape(reason)) as caught:
        open_usage_file(write(header + "\n" + ",".join(CELLS)), ReadingOptions())
    assert str(caught.value).count(" usage") <= 1
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("AltaroBillingUsageReport_202610.csv", "2026-10"),
        ("usage 2026-09.csv", "2026-09"),
        ("usage_2026_01_final.csv", "2026-01"),
        ("usage-20261005.csv", None),
        ("usage-2026-10-05.csv", None),
        ("usage-202613.csv", None),
        ("usage-1202610.csv", None),
        ("usage.csv", None),
    ],
)
def test_a_month_in_the_name_of_the_file_is_suggested(name: str, month: str | None, write: Callable[..., Path]) -> None:
    with pytest.raises(UnusableFile) as caught:
        open_usage_file(write(",".join(NAMES[1:]), name), ReadingOptions())
    assert ("its name suggests" in str(caught.value)) == (month is not None)
    assert month is None or f"--month {month}." in str(caught.value)


def test_the_month_that_is_said_holds_for_rows_that_name_none(rows: Callable[..., list[UsageRow]]) -> None:
    said = date(2026, 9, 17)
    (row,) = rows(",".join(NAMES[1:]) + "\n" + ",".join(CELLS[1:]), month=said)
    assert row.month == date(2026, 9, 1)
    own, none = rows(",".join(NAMES) + "\n" + ",".join(CELLS) + "\n," + ",".join(CELLS[1:]), month=said)
    assert (own.month, none.month) == (date(2026, 10, 1), date(2026, 9, 1))
