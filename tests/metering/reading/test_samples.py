"""The sample files, whole."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tallybook.metering.reading import ReadingOptions, UsageFile, UsageRow, open_usage_file

SAMPLES = Path(__file__).parents[2] / "samples"
ROW_COUNTS: dict[str, int] = json.loads((SAMPLES / "answers.json").read_text(encoding="utf-8"))["rows"]


def read_sample(name: str, encoding: str | None = None) -> tuple[UsageFile, list[UsageRow]]:
    with open_usage_file(SAMPLES / name, ReadingOptions(encoding=encoding)) as usage_file:
        found = list(usage_file)
    rows = [row for row in found if isinstance(row, UsageRow)]
    assert rows == found, "no row of the samples is refused"
    return usage_file, rows


@pytest.mark.parametrize(
    ("name", "answer", "said", "found"),
    [
        ("itemised-a.csv", "itemised-a.csv", None, ("itemised", "utf-8", ",")),
        ("itemised-a-bom.csv", "itemised-a.csv", None, ("itemised", "utf-8", ",")),
        ("itemised-a-utf16.txt", "itemised-a.csv", None, ("itemised", "utf-16-le", "\t")),
        ("itemised-a-german.csv", "itemised-a-german.csv", "cp1252", ("german", "cp1252", ";")),
        ("itemised-b.csv", "itemised-b.csv", "cp1252", ("itemised", "utf-8", ",")),
    ],
)
def test_every_sample_is_read_without_a_refusal(name: str, answer: str, said: str | None, found: tuple[str, str, str]) -> None:
    usage_file, rows = read_sample(name, said)
    assert len(rows) == ROW_COUNTS[answer]
    assert (usage_file.profile, usage_file.encoding, usage_file.delimiter) == found
    assert usage_file.unknown_columns == ()
    assert usage_file.position_bytes == usage_file.size_bytes == (SAMPLES / name).stat().st_size
    assert usage_file.digest == hashlib.sha256((SAMPLES / name).read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["itemised-a-bom.csv", "itemised-a-utf16.txt"])
def test_the_encoding_of_a_file_makes_no_difference_to_its_rows(name: str) -> None:
    assert read_sample(name)[1] == read_sample("itemised-a.csv")[1]


def test_the_german_file_holds_a_part_of_the_same_rows() -> None:
    german = {row._replace(line=0) for row in read_sample("itemised-a-german.csv", "cp1252")[1]}
    everything = {row._replace(line=0) for row in read_sample("itemised-a.csv")[1]}
    assert german < everything
    assert len(german) == ROW_COUNTS["itemised-a-german.csv"]


def test_generation_a_row_by_row() -> None:
    usage_file, rows = read_sample("itemised-a.csv")
    first, third, after = rows[0], rows[2], rows[3]
    assert first == UsageRow(
        line=2,
        month=date(2026, 9, 1),
        customer="Tecnologías Casado y asociados S.A.",
        customer_id=None,
        customer_reference=None,
        product="365 Total Backup",
        plan=None,
        organisation="tecnologiasc6.onmicrosoft.com",
        object_type="Mailbox",
        object_name="Miriam Ochoa Pereira",
        object_details="miriam.ochoa.pereira.24@tecnologiasc6.example",
        object_id=None,
        licence=None,
        deleted=None,
        invoice=None,
        days_backed_up=None,
        first_backup=None,
        last_backup=datetime(2026, 9, 4, 9, 36, tzinfo=UTC),
        protected_bytes=37_041_834_738,
        stored_bytes=None,
        adjustment_for=None,
    )
    assert third.object_name.split() == ["DC9", "rack", "2"]
    assert (third.line, after.line) == (4, 6), "the line break inside the third name is a line of the file"
    assert usage_file.columns["protected_bytes"] == "Size (Bytes)"
    assert usage_file.given_columns == set(usage_file.columns)


def test_generation_b_says_what_is_billable() -> None:
    usage_file, rows = read_sample("itemised-b.csv")
    assert {row.invoice for row in rows} == {"Billable", "Free"}
    assert usage_file.columns["month"] == "Period"
    assert usage_file.columns["plan"] == "Backup Plan"
    assert "protected_bytes" not in usage_file.given_columns


def test_an_object_type_that_looks_like_nothing_is_kept() -> None:
    assert "N/A" in {row.object_type for row in read_sample("itemised-a.csv")[1]}
    assert any(row.object_name.startswith("+") for row in read_sample("itemised-a.csv")[1])
    assert any(row.customer.startswith("=") for row in read_sample("itemised-a.csv")[1])
