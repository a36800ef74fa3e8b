"""What is not taken in: rows that repeat, all or nothing, and imports that only say what would happen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bookkeeping import TITLES, counts, ledger, reported, usage

from tallybook.errors import UnusableFile
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]

ANN = usage(object_name="Ann Bell", protected_bytes=100)
BEN = usage(object_name="Ben Crow", protected_bytes=200)
BAD = usage(object_name="Cat Dove", protected_bytes=-1)


def test_a_row_that_says_the_same_again_is_existing(subscription: Subscription, take: Take) -> None:
    assert counts(take([ANN, BEN, ANN, ANN])) == (4, 2, 2, 0, 0)
    assert len(reported(subscription)) == 2


def test_a_row_that_contradicts_an_earlier_one_is_refused_by_its_line(subscription: Subscription, take: Take) -> None:
    contradicting = usage(object_name="ANN BELL", protected_bytes=101)
    summary = take([BEN, ANN, contradicting, ANN])
    (refusal,) = summary.refused
    assert counts(summary) == (4, 2, 1, 0, 1)
    assert (refusal.line, refusal.column, refusal.value) == (4, "Object Name", "ANN BELL")
    assert "same object as on line 3" in refusal.reason
    assert [row["Protected Size (Bytes)"] for row in reported(subscription)] == ["100", "200"]


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        pytest.param({"month": "2026-13"}, "Month", "2026-13", id="no month"),
        pytest.param({"month": ""}, "Month", "", id="month missing"),
        pytest.param({"customer": " "}, "Customer Name", " ", id="no customer"),
        pytest.param({"customer": "x" * 201}, "Customer Name", "x" * 199 + "…", id="customer too long"),
        pytest.param({"product": "Total Backup"}, "Product", "Total Backup", id="unknown product"),
        pytest.param({"object_name": "  "}, "Object Name", "  ", id="no name"),
        pytest.param({"object_type": ""}, "Object Type Backed Up", "", id="no type"),
        pytest.param({"organisation": "x" * 201}, "Organisation", "x" * 199 + "…", id="organisation too long"),
        pytest.param({"customer_reference": "x" * 201}, "Customer Reference", "x" * 199 + "…", id="reference too long"),
        pytest.param({"deleted": "maybe"}, "Deleted", "maybe", id="neither yes nor no"),
        pytest.param({"invoice": "maybe"}, "Invoice", "maybe", id="no invoice flag"),
        pytest.param({"days_backed_up": "32"}, "Days Backed Up", "32", id="more days than the month has"),
        pytest.param({"last_backup": "yesterday"}, "Last Backup", "yesterday", id="no time"),
        pytest.param({"protected_bytes": "-1"}, "Protected Size (Bytes)", "-1", id="negative size"),
        pytest.param({"stored_bytes": "much"}, "Stored Size (Bytes)", "much", id="no number"),
        pytest.param({"stored_bytes": str(2**63)}, "Stored Size (Bytes)", str(2**63), id="larger than the ledger holds"),
        pytest.param({"adjustment_for": "2026-00"}, "Adjustment For", "2026-00", id="no month to adjust"),
    ],
)
def test_a_bad_row_is_told_and_stops_nobody(
    subscription: Subscription, take: Take, cells: dict[str, str], column: str, value: str
) -> None:
    summary = take([ANN, usage(**({"object_name": "Cat Dove"} | cells)), BEN])
    (refusal,) = summary.refused
    assert counts(summary)[0] == 3
    assert (refusal.line, refusal.column, refusal.value) == (3, column, value)
    assert refusal.reason.endswith((".", "?"))
    assert "Cat Dove" not in [row["Object Name"] for row in reported(subscription)]


def test_refusals_of_all_kinds_come_by_line(take: Take) -> None:
    foreign = usage(object_name="Dan Elm", product="Nothing Known")
    summary = take([ANN, foreign, ANN | {"Protected Size (Bytes)": "7"}, BAD, foreign])
    assert [refusal.line for refusal in summary.refused] == [3, 4, 5, 6]
    assert summary.new == 1


@pytest.mark.parametrize("options", [{"atomic": True}, {"replace": True}], ids=["atomic", "replace"])
def test_all_or_nothing_with_a_bad_row_is_nothing(subscription: Subscription, take: Take, options: dict[str, bool]) -> None:
    take([ANN])
    before = ledger(subscription)
    summary = take([BEN, BAD, usage(customer="Birch Ltd", customer_reference="B-1")], **options)
    assert (summary.imported, len(summary.refused), summary.new) == (False, 1, 0)
    assert ledger(subscription) == before


def test_all_or_nothing_with_good_rows_is_all(subscription: Subscription, take: Take) -> None:
    assert take([ANN, BEN], atomic=True).imported
    assert len(reported(subscription)) == 2


@pytest.mark.parametrize("options", [{}, {"replace": True}, {"atomic": True}], ids=["plain", "replace", "atomic"])
def test_a_dry_run_says_everything_and_changes_nothing(
    subscription: Subscription, take: Take, options: dict[str, bool]
) -> None:
    take([ANN, BEN])
    before = ledger(subscription)
    rows = [
        ANN | {"Protected Size (Bytes)": "101"},
        usage(customer="Birch Ltd", customer_reference="B-1", organisation="birch.example"),
    ]
    dry = take(rows, dry_run=True, **options)
    assert (counts(dry), dry.customers_created, dry.imported) == ((2, 1, 0, 1, 0), 1, False)
    assert len(list(dry.missing)) == 1
    assert ledger(subscription) == before
    wet = take(rows, **options)
    assert counts(wet) == counts(dry)
    assert (list(wet.changes), list(wet.missing), wet.removed) == (list(dry.changes), list(dry.missing), dry.removed)


def test_an_unusable_file_leaves_nothing_behind(subscription: Subscription, take: Take) -> None:
    before = ledger(subscription)
    with pytest.raises(UnusableFile):
        take(b"Month,Customer\r\n2026-10,Anchor Ltd\r\n")
    header = ",".join(TITLES.values()).encode()
    with pytest.raises(UnusableFile):
        take(header + b"\r\n2026-10,Anchor Ltd" + b"\0" * 30 + b"\r\n")
    assert ledger(subscription) == before


def test_a_header_alone_is_an_import_of_no_rows(subscription: Subscription, take: Take) -> None:
    summary = take(",".join(TITLES.values()).encode() + b"\r\n")
    assert (counts(summary), summary.imported) == ((0, 0, 0, 0, 0), True)
    assert reported(subscription) == []


def test_unknown_columns_are_named(take: Take) -> None:
    summary = take(b"Month,Customer,Product,Object Type,Object Name,Colour\r\n2026-10,A,VM Backup,VM,web-1,red\r\n")
    assert summary.unknown_columns == ("Colour",)
    assert summary.new == 1


@pytest.mark.parametrize(
    "name",
    ["a\rb", "a\nb", "a\r\nb", '"', ",", "\\.", "\\N", "'", "\t", " x ", "😀", "\u202eabc", "=1+1", "NULL"],
    ids=ascii,
)
def test_any_text_arrives_as_it_is(subscription: Subscription, take: Take, name: str) -> None:
    name = name if name.strip() else f"x{name}x"
    assert counts(take([usage(object_name=name, object_details=name, plan="p")])) == (1, 1, 0, 0, 0)
    (row,) = reported(subscription)
    assert (row["Object Name"], row["Object Details"]) == (name, name)


def test_a_file_whose_name_is_no_text_is_imported(take: Take, tmp_path: Path) -> None:
    path = tmp_path / "usage-\udcff.csv"
    path.write_bytes(b"Month,Customer,Product,Object Type,Object Name\r\n2026-10,A,VM Backup,VM,web-1\r\n")
    summary = take(path)
    assert (summary.new, summary.imported) == (1, True)
