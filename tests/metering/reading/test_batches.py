"""Files are read many rows at a time; of a row, that says nothing: it is read as if it stood alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tallybook.metering.reading import Batch, ReadingOptions, RefusedRow, UsageRow, open_usage_file

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = "Month,Customer,Product,Object Type,Object Name,Object Details,Days Backed Up,First Backup,Last Backup,Size (Bytes)\n"
MONTHS = ("2026-02", "2026-10", "never", "")
NAMES = ("web-1", " ", "x" * 2001, '"two\nlines"', "bell\x07", "'=1+1")
DETAILS = ("", "ann@anchor.example")
DAYS = ("", "28", "29", "31", "-1", "03")
TIMES = ("", "2026-02-03 04:05", "2026-02-09 04:05", "soon")
SIZES = ("", "12", "1e9", "²", "9" * 19)
ROWS = st.one_of(
    st.tuples(*map(st.sampled_from, (MONTHS, NAMES, DETAILS, DAYS, TIMES, TIMES, SIZES))).map(
        lambda cells: ",".join((cells[0], "Anchor", "VM Backup", "VM", *cells[1:]))
    ),
    st.just("2026-10,Anchor,VM Backup,VM,web-1,,28,,,12"),
    st.sampled_from(["", "," * 9, "2026-10,Anchor", "2026-10,Anchor,VM Backup,VM,web-1,,28,,,12,13"]),
)


def read_file(path: Path, *rows: str) -> list[UsageRow | RefusedRow]:
    path.write_text(HEADER + "".join(row + "\n" for row in rows), newline="")
    with open_usage_file(path, ReadingOptions(profile="itemised")) as file:
        return list(file)


def moved(row: UsageRow | RefusedRow, lines: int) -> UsageRow | RefusedRow:
    line = row.line + lines
    return replace(row, line=line) if isinstance(row, RefusedRow) else row._replace(line=line)


@given(st.lists(ROWS, max_size=20))
def test_a_row_is_read_as_if_it_stood_alone(rows: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "usage.csv")
        expected = []
        line = 0
        for row in rows:
            expected += [moved(one, line) for one in read_file(path, row)]
            line += 1 + row.count("\n")
        assert read_file(path, *rows) == expected


@given(st.lists(ROWS, max_size=20), st.booleans())
def test_what_is_not_wanted_is_checked_all_the_same(
    rows: list[str],
    with_first: bool,  # noqa: FBT001 - drawn
) -> None:
    wanted = ("line", "month", "object_name")
    header = HEADER if with_first else HEADER.replace("First Backup", "Started")
    with TemporaryDirectory() as folder:
        path = Path(folder, "usage.csv")
        path.write_text(header + "".join(row + "\n" for row in rows), newline="")
        with open_usage_file(path, ReadingOptions(profile="itemised")) as file:
            whole = list(file)
        with open_usage_file(path, ReadingOptions(profile="itemised"), wanted=wanted) as file:
            some = list(file)
    assert [one for one in some if isinstance(one, RefusedRow)] == [one for one in whole if isinstance(one, RefusedRow)]
    assert parts(some, wanted) == parts(whole, wanted)


def parts(found: list[UsageRow | RefusedRow], fields: Sequence[str]) -> list[list[object]]:
    return [[getattr(row, field) for field in fields] for row in found if isinstance(row, UsageRow)]


def test_batches_hold_the_rows_in_order(tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    good, bad = "2026-10,Anchor,VM Backup,VM,web-1,,28,,,12", "2026-10,Anchor,VM Backup,VM,web-1,,32,,,12"
    rows = [good if number % 100 else bad for number in range(2000)]
    read_file(path, *rows)
    with open_usage_file(path, ReadingOptions(profile="itemised")) as file:
        found = list(file.batches())
    refused = [some for some in found if isinstance(some, RefusedRow)]
    batches = [some for some in found if isinstance(some, Batch)]
    assert [one.line for one in refused] == list(range(2, 2002, 100))
    assert {one.reason for one in refused} == {"More than the 31 days of 2026-10."}
    assert sum(map(len, batches)) == len(rows) - len(refused)
    assert max(map(len, batches)) > 1
    lines = [line for some in found for line in ([some.line] if isinstance(some, RefusedRow) else some["line"])]
    assert lines == list(range(2, 2002))
