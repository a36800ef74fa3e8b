"""Records, their line numbers, and what a broken one costs."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallybook.errors import UnusableFile
from tallybook.metering.reading import ReadingOptions, RefusedRow, UsageRow, open_usage_file
from tallybook.metering.reading.lines import Block
from tallybook.metering.reading.records import RECORD_MAX_LINES, BrokenRecord, read_records
from tallybook.metering.reading.splitting import LineSplitter

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = "Month,Customer,Product,Object Type,Object Name\r\n"
GOOD = "2026-10,Acme,VM Backup,VM,web-1\r\n"
CELLS = st.text(st.sampled_from('ab,;"\r\n é'), max_size=8)


def blocks_of(text: str, cuts: set[int]) -> list[Block]:
    """The lines of a text in blocks that end after some of its lines, wherever a record may stand."""
    lines = io.StringIO(text, newline="").readlines()
    edges = [0, *sorted(cut for cut in cuts if cut < len(lines)), len(lines)]
    parts = [lines[begin:end] for begin, end in pairwise(edges)]
    return [Block("".join(part), is_last=number == len(parts) - 1) for number, part in enumerate(parts)]


def records_of(blocks: list[Block]) -> list[tuple[int, list[str]]]:
    """Each record with the line on which it begins."""
    found = read_records(blocks, LineSplitter(","), 1)
    return [record for records in found for record in zip(records.lines, records.cells, strict=True)]


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=12),
    st.sets(st.integers(1, 30)),
    st.sampled_from(["\r\n", "\n"]),
)
def test_what_csv_writes_is_read_as_it_was(records: list[list[str]], cuts: set[int], line_break: str) -> None:
    out = io.StringIO(newline="")
    expected = []
    for record in records:
        written = out.getvalue()
        expected.append((1 + len(io.StringIO(written, newline="").readlines()), record))
        csv.writer(out, lineterminator=line_break, quoting=csv.QUOTE_ALL).writerow(record)
    assert records_of(blocks_of(out.getvalue(), cuts)) == expected


@given(
    st.lists(st.sampled_from(["a,b\n", '"x\ny",z\n', 'bad,"open\n', '"shut"bad,c\n', '"odd""\n', "\n", '""\n']), max_size=30),
    st.sets(st.integers(1, 40)),
)
def test_a_broken_record_never_swallows_a_plain_line(pieces: list[str], cuts: set[int]) -> None:
    text = "".join(pieces) + '"end"x\n'
    found = records_of(blocks_of(text, cuts))
    whole = records_of(blocks_of(text, set()))
    lines = [line for line, _ in found]
    assert found == whole, "where blocks end makes no difference"
    assert lines == sorted(set(lines))
    assert isinstance(found[-1][1], BrokenRecord)
    assert _lines_read(found) == len(io.StringIO(text).readlines())


def _lines_read(records: list[tuple[int, list[str]]]) -> int:
    return sum(1 + sum(cell.count("\n") for cell in cells) for _, cells in records)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('2026-10,"Acme,VM Backup,VM,web-1\r\n', "not closed"),
        ('2026-10,"Acme" Ltd,VM Backup,VM,web-1\r\n', "text after a closing quotation mark"),
        ('2026-10,"Acme"x"\r\n', "text after a closing quotation mark"),
        (f"2026-10,{'a' * 140_000},VM Backup,VM,web-1\r\n", "far longer"),
        ("2026-10,Acme,VM Backup,VM\r\n", "The row has 4 cells, the header has 5."),
        ("2026-10\r\n", "The row has 1 cell, the header has 5."),
        ("2026-10,Acme,VM Backup,VM,web-1,\r\n", "The row has 6 cells, the header has 5."),
        ('2026-10,"Acme\r\n", VM\r\n', "reaches to line 4"),
    ],
)
def test_a_broken_row_costs_itself(broken: str, reason: str, read: Callable[..., list[UsageRow | RefusedRow]]) -> None:
    found = read(HEADER + GOOD + broken + GOOD * 3)
    good = [row.line for row in found if isinstance(row, UsageRow)]
    (refused,) = [row for row in found if isinstance(row, RefusedRow)]
    last = 1 + len((HEADER + GOOD + broken + GOOD * 3).splitlines()) - 1
    assert good == [2, last - 2, last - 1, last]
    assert (refused.line, refused.column) == (3, "")
    assert reason in refused.reason
    assert len(refused.value) <= 200


def test_an_open_quote_at_the_end_of_a_file(read: Callable[..., list[UsageRow | RefusedRow]]) -> None:
    good, refused = read(HEADER + GOOD + '2026-10,"Acme')
    assert isinstance(good, UsageRow)
    assert refused == RefusedRow(
        3,
        "",
        '2026-10,"Acme',
        "A quotation mark is opened here and not closed; close it, or write it twice if it is part of the text.",
    )


@pytest.mark.parametrize("lines", [RECORD_MAX_LINES - 1, RECORD_MAX_LINES, 5 * RECORD_MAX_LINES])
def test_a_record_has_a_limited_number_of_lines(lines: int, read: Callable[..., list[UsageRow | RefusedRow]]) -> None:
    found = read(HEADER + '2026-10,Acme,p,t,"a' + "\n" * lines + '"\n' + GOOD)
    assert isinstance(found[0], UsageRow) == (lines < RECORD_MAX_LINES)
    assert isinstance(found[-1], UsageRow)
    assert found[0].line == 2
    if isinstance(found[0], RefusedRow):
        assert "not closed" in found[0].reason


def test_an_open_quote_in_a_long_file_costs_one_row(read: Callable[..., list[UsageRow | RefusedRow]]) -> None:
    found = read(HEADER + '2026-10,"Acme,p,t,n\r\n' + GOOD * 30_000)
    assert [row.line for row in found if isinstance(row, RefusedRow)] == [2]
    assert len(found) == 30_001


@pytest.mark.parametrize("name", ["a\nb", "a\r\nb", "a\rb", "\n", " a ", 'a "b", c', "a\u2028b\x85c"])
def test_line_breaks_and_blanks_inside_a_name_stay(name: str, rows: Callable[..., list[UsageRow]]) -> None:
    quoted = name.replace('"', '""')
    found = rows(HEADER + f'2026-10,Acme,p,t,"{quoted}"\r\n' + GOOD)
    if name.isspace():
        assert [row.line for row in found] == [4]
        return
    breaks = len(re.findall(r"\r\n|\r|\n", name))
    assert [row.object_name for row in found] == [name, "web-1"]
    assert [row.line for row in found] == [2, 3 + breaks]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_blank_lines_are_passed_over_and_counted(line_break: str, rows: Callable[..., list[UsageRow]]) -> None:
    lines = ["", HEADER.strip(), "", GOOD.strip(), ",,,,", '"",,," ",', "   ", ",,", GOOD.strip(), "", ""]
    assert [row.line for row in rows(line_break.join(lines))] == [4, 9]


def test_no_line_break_at_the_end(rows: Callable[..., list[UsageRow]]) -> None:
    assert [row.object_name for row in rows(HEADER + GOOD.strip())] == ["web-1"]


@pytest.mark.parametrize("before", ["", HEADER, HEADER + GOOD])
def test_a_huge_line_is_refused_without_being_read(before: str, write: Callable[..., Path]) -> None:
    path = write(before + "a" * 20_000_000)
    with pytest.raises(UnusableFile, match=r"more than 1,048,576 characters in line \d") as caught:
        list(open_and_watch(path))
    assert f"line {before.count(chr(10)) + 1}" in str(caught.value)


def open_and_watch(path: Path) -> list[UsageRow | RefusedRow]:
    with open_usage_file(path, ReadingOptions()) as usage_file:
        try:
            return list(usage_file)
        finally:
            assert usage_file.position_bytes < 2_000_000


@settings(max_examples=25, deadline=None)
@given(st.integers(262_100, 262_200), st.sampled_from(["\r\n", "\n", "\r"]))
def test_the_end_of_a_chunk_may_fall_anywhere(length: int, line_break: str) -> None:
    # The chunk ends at 262,144 bytes: before, inside and after the line break, and inside a character.
    header, good = HEADER.replace("\r\n", line_break), GOOD.replace("\r\n", line_break)
    start = f"{header}2026-10,Acme,p,t,"
    count = (length - len(start)) // 2_000
    body = "".join(f"2026-10,{'c' * 100},p,t,{'n' * (2_000 - 114 - len(line_break))}é{line_break}" for _ in range(count))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "usage.csv"
        path.write_bytes(
            (header + body + start[len(header) :] + "x" * ((length - len(start)) % 2_000 or 1) + line_break + good * 3).encode()
        )
        with open_usage_file(path, ReadingOptions()) as usage_file:
            assert [row.line for row in usage_file] == list(range(2, count + 6))
