"""A file as Tallybook's own report writes it is read without loss, in flat memory."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tallybook.metering.reading import ReadingOptions, UsageRow, open_usage_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SCHEMA_1 = [
    "Month", "Customer Name", "Customer ID", "Customer Reference", "Product", "Plan", "Organisation",
    "Object Type Backed Up", "Object Name", "Object Details", "Object ID", "Licence", "Deleted", "Invoice",
    "Days Backed Up", "First Backup", "Last Backup", "Protected Size (Bytes)", "Stored Size (Bytes)", "Adjustment For",
]  # fmt: skip

CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\t\r\n\",;='+@-")
TEXT = st.text(CHARACTERS, min_size=1, max_size=30).filter(lambda text: not text.isspace())
LABEL = TEXT.map(str.strip)
MONTHS = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(lambda day: day.replace(day=1))
TIMES = st.datetimes(*map(datetime.fromisoformat, ("2000-01-01", "2099-12-31")), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
SIZES = st.integers(0, 2**63 - 1)
ROWS = st.builds(
    UsageRow,
    line=st.just(0),
    month=MONTHS,
    customer=LABEL,
    customer_id=st.none() | TEXT,
    customer_reference=st.none() | TEXT,
    product=LABEL,
    plan=st.none() | LABEL,
    organisation=st.none() | LABEL,
    object_type=LABEL,
    object_name=TEXT,
    object_details=st.none() | TEXT,
    object_id=st.none() | TEXT,
    licence=st.none() | LABEL,
    deleted=st.none() | st.booleans(),
    invoice=st.sampled_from([None, "Billable", "Free"]),
    days_backed_up=st.none() | st.integers(0, 28),
    first_backup=st.none(),
    last_backup=st.none() | TIMES,
    protected_bytes=st.none() | SIZES,
    stored_bytes=st.none() | SIZES,
    adjustment_for=st.none() | MONTHS,
)


def written(value: object) -> str:
    """A value as schema 1 writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return f"{value:%Y-%m}"
    return str(value)


def report(rows: Iterable[UsageRow]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(SCHEMA_1)
    writer.writerows([written(value) for value in row[1:]] for row in rows)
    return out.getvalue().encode()


@settings(deadline=None)
@given(st.lists(ROWS, max_size=5))
def test_a_report_is_read_as_it_was_written(rows: list[UsageRow]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.csv"
        path.write_bytes(report(rows))
        with open_usage_file(path, ReadingOptions()) as usage_file:
            found = list(usage_file)
    assert [row._replace(line=0) for row in found if isinstance(row, UsageRow)] == rows
    assert len(found) == len(rows)
    assert usage_file.given_columns == frozenset(UsageRow._fields[1:])


def test_memory_stays_flat(write: Callable[..., Path]) -> None:
    header = "Month,Customer,Product,Object Type,Object Name,Size (Bytes),Last Backup\n"
    rows = "".join(f"2026-10,c{n},p,t,{'n' * 200}{n},{n},2026-10-04 {n % 24:02}:00:{n % 60:02}\n" for n in range(60_000))
    with open_usage_file(write(header + rows), ReadingOptions()) as usage_file:
        assert usage_file.size_bytes > 15_000_000
        tracemalloc.start()
        count = sum(1 for _ in usage_file)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 60_000
    assert peak_bytes < 8_000_000
