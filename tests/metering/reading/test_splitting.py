"""What is split is read as `csv` reads it; whatever is not plain is left to it."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallybook.errors import UnusableFile
from tallybook.metering.reading import ReadingOptions, RefusedRow, UsageRow, open_usage_file
from tallybook.metering.reading.splitting import LineSplitter

if TYPE_CHECKING:
    from collections.abc import Callable

DELIMITERS = st.sampled_from(",;\t| ^]\\\x1e\x1f")
BREAKS = ["\n", "\r\n", "\r"]
TEXTS = st.lists(st.sampled_from([*'ab",;é株 \t', '""', '","', "\x1e", "\x1f", ",", *BREAKS]), max_size=40).map("".join)
PLAIN_CELLS = st.text(st.sampled_from('ab,"; é株\t'), max_size=6)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(PLAIN_CELLS, min_size=width, max_size=width), min_size=1, max_size=8)
)
HEADER = "Month,Customer,Product,Object Type,Object Name,Object Details,Size (Bytes)"
GOOD = "2026-10,Anchor,VM Backup,VM,web-1,,12"
LINES = st.sampled_from([
    GOOD,
    GOOD.replace("Anchor", '"Anchor"'),
    GOOD.replace("Anchor", '"Anchor, ""A"" Ltd"'),
    GOOD.replace("Anchor", '"An\nchor"'),
    GOOD.replace("Anchor", '"An\r\nchor"'),
    GOOD.replace("Anchor", '"Anchor'),
    GOOD.replace("Anchor", '"Anchor"x'),
    GOOD.replace("Anchor", 'An"chor"'),
    GOOD.replace("Anchor", ' "Anchor"'),
    GOOD.replace("Anchor", '""'),
    GOOD.replace("Anchor", '""""'),
    GOOD.replace("web-1", "web\x1f1"),
    GOOD.replace("web-1", "株式会社"),
    GOOD.replace("web-1", "x" * 140_000),
    GOOD.replace("web-1", " web-1 "),
    GOOD.replace("12", "twelve"),
    f"{GOOD},",
    GOOD.replace(",,", ","),
    ",".join(f'"{cell}"' for cell in GOOD.split(",")),
    "",
    "   ",
    ",,,,,,",
    '"',
    "\ufeff" + GOOD,
    HEADER,
])  # fmt: skip


def by_csv(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True))


def split(text: str, splitter: LineSplitter) -> list[list[str]] | None:
    columns = splitter.columns(text)
    return None if columns is None else list(map(list, zip(*columns, strict=True)))


@given(TEXTS, DELIMITERS, st.integers(0, 3), st.integers(0, 3))
@example('a,"b"\n\x1f,c\n', ",", 0, 0)
@example('"a"\n"b"\n', "\x1f", 0, 0)
@example("a,b\x1ec,d\n", ",", 0, 0)
@example("a,b\nc\nd\n", ",", 0, 0)
@example(",b\n,c\n", ",", 1, 1)
@example('"a,b",c\n', ",", 1, 1)
@example('"a,b"\n', ",", 1, 1)
@example('x,"a,b"\n', ",", 1, 1)
@example("a\nb\n", ",", 1, 1)
def test_what_is_split_is_what_csv_reads(text: str, delimiter: str, leading: int, others: int) -> None:
    found = split(text, LineSplitter(delimiter, leading=leading, width=leading + others))
    assert found is None or found == by_csv(text, delimiter)


@given(
    TABLES,
    st.sampled_from(",;\t|"),
    st.sampled_from(BREAKS[:2]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(0, 5),
)
def test_whatever_csv_writes_of_plain_cells_is_split(
    table: list[list[str]], delimiter: str, line_break: str, quoting: int, leading: int
) -> None:
    out = StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_break, quoting=quoting).writerows(table)  # type: ignore[arg-type]
    width = len(table[0])
    splitter = LineSplitter(delimiter, leading=min(leading, width), width=width)
    for text in (out.getvalue(), out.getvalue().removesuffix(line_break)):
        assert split(text, splitter) == table


def test_cells_at_the_beginning_of_lines_are_kept_once() -> None:
    columns = LineSplitter(",", leading=2, width=3).columns('a,"b, c",1\na,d,2\na,"b, c",3\n')
    assert columns == [("a", "a", "a"), ("b, c", "d", "b, c"), ("1", "2", "3")]
    assert len({id(cell) for cell in columns[0] + columns[1]}) == len({"a", "b, c", "d"})


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "a\nb\n", "a,b\n\nc,d\n", "a,b\nc\n", "a,b\r\nc,d\n", "a,b\rc,d\r",
        'a,"b\nc"\n', 'a,"b\nc,"d"\n', 'a,"b"c\n', 'a,"b\n', f"a,{'b' * 131_073}\n",
    ],
)  # fmt: skip
def test_whatever_is_not_plain_is_left_to_csv(text: str) -> None:
    assert LineSplitter(",").columns(text) is None
    assert LineSplitter(",", leading=1, width=2).columns(text) is None


def read_all(path: Path, options: ReadingOptions) -> list[UsageRow | RefusedRow | str]:
    found: list[UsageRow | RefusedRow | str] = []
    try:
        with open_usage_file(path, options) as file:
            found.extend(file)
    except UnusableFile as error:
        found.append(str(error))
    return found


@settings(deadline=None)  # files are written
@given(
    st.lists(LINES, max_size=12),
    st.sampled_from(BREAKS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from([None, "cp1252"]),
    st.booleans(),
)
def test_files_are_read_as_if_csv_had_read_all_of_them(
    lines: list[str],
    line_break: str,
    encoding: str,
    said: str | None,
    with_end: bool,  # noqa: FBT001 - drawn
) -> None:
    text = line_break.join([HEADER, *lines, ""] if with_end else [HEADER, *lines])
    options = ReadingOptions(profile="itemised", encoding=said)
    with TemporaryDirectory() as folder:
        path = Path(folder, "usage.csv")
        path.write_bytes(text.encode(encoding, "replace"))
        found = read_all(path, options)
        with patch.object(LineSplitter, "columns", return_value=None):
            assert found == read_all(path, options)


def test_the_line_of_what_is_no_text_is_told_after_many_blocks(write: Callable[..., Path]) -> None:
    for line_break in BREAKS:
        lines = [HEADER, *[GOOD] * 20_000]
        path = write(line_break.join(lines).encode() + line_break.encode() + b"2026-10,\xe9")
        (told,) = (one for one in read_all(path, ReadingOptions(profile="itemised")) if isinstance(one, str))
        assert "(line 20,002)" in told
