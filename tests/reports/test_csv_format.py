"""CSV of the profile `api` is loss-free, whoever reads it."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bookkeeping import Cells, new_subscription, query, report, take, usage
from tests.conftest import TestDatabase
from tests.reports.texts import texts

from tallybook.errors import Refused
from tallybook.reports.csv_format import checked_delimiter
from tallybook.reports.itemised import COLUMNS
from tallybook.subscriptions.models import Subscription

Rows = list[list[str]]
NODE = shutil.which("node")
# RFC 4180, section 2: a record of escaped and plain fields, and what ends a field.
FIELD = re.compile(rb'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)')
READ_IN_NODE = r"""
const text = require('fs').readFileSync(0, 'utf8');
const rows = []; let row = [], cell = '', quoted = false;
for (let i = 0; i < text.length; i++) {
  const c = text[i];
  if (quoted) { if (c !== '"') cell += c; else if (text[i + 1] === '"') { cell += c; i++; } else quoted = false; }
  else if (c === '"') quoted = true;
  else if (c === ',') { row.push(cell); cell = ''; }
  else if (c === '\r' && text[i + 1] === '\n') { row.push(cell); rows.push(row); row = []; cell = ''; i++; }
  else cell += c;
}
process.stdout.write(JSON.stringify(rows));
"""


def with_the_standard(content: bytes) -> Rows:
    rows: Rows = [[]]
    position = 0
    while position < len(content):
        match = FIELD.match(content, position)
        assert match is not None, content[position : position + 50]
        escaped, plain, end = match.groups()
        rows[-1].append((plain if escaped is None else escaped.replace(b'""', b'"')).decode())
        if end == b"\r\n":
            rows.append([])
        position = match.end()
    return rows[:-1]


def with_python(content: bytes) -> Rows:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


def with_postgresql(content: bytes, url: str) -> Rows:
    names = [f"c{number}" for number in range(len(COLUMNS))]
    with psycopg.connect(url) as session, session.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE read ({', '.join(f'{name} text' for name in names)}, line serial)")
        with cursor.copy(f"COPY read ({', '.join(names)}) FROM STDIN (FORMAT csv, NULL 'none')") as copy:
            copy.write(content)
        cursor.execute(f"SELECT {', '.join(names)} FROM read ORDER BY line")
        return [list(row) for row in cursor]


def with_node(content: bytes) -> Rows:
    done = subprocess.run([str(NODE), "-e", READ_IN_NODE], input=content, capture_output=True, check=True)
    rows: Rows = json.loads(done.stdout)
    return rows


def expected_rows(subscription: Subscription) -> set[tuple[str, ...]]:
    return set(
        query(
            subscription,
            "SELECT object_name, coalesce(object_details, ''), coalesce(plan, ''), coalesce(object_id, '') FROM usage_item",
        )
    )


def kept(rows: Rows) -> set[tuple[str, ...]]:
    titles = [column.title for column in COLUMNS]
    places = [titles.index(title) for title in ("Object Name", "Object Details", "Plan", "Object ID")]
    assert rows[0] == titles
    assert {len(row) for row in rows} == {len(titles)}
    return {tuple(row[place] for place in places) for row in rows[1:]}


objects = st.builds(
    lambda name, details, plan, own_id: usage(object_name=name, object_details=details, plan=plan, object_id=own_id),
    *[texts] * 3,
    st.uuids().map(str),
)


@given(rows=st.lists(objects, min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_three_readers_and_a_fourth_read_what_the_ledger_has(
    tmp_path_factory: pytest.TempPathFactory, database: TestDatabase, rows: list[Cells]
) -> None:
    subscription = new_subscription()
    summary = take(subscription, rows, tmp_path_factory.mktemp("texts"))
    assert summary.new == len(rows)
    content = report(subscription)
    readers: list[Callable[[bytes], Rows]] = [
        with_the_standard,
        with_python,
        lambda read: with_postgresql(read, database.runtime_url),
    ]
    if NODE and len(rows) > 8:
        readers.append(with_node)
    expected = expected_rows(subscription)
    for read in readers:
        assert kept(read(content)) == expected
    assert {row["Object Name"] for row in rows} == {name for name, *_ in expected}


def test_the_bytes_are_those_of_the_standard(made_up: Subscription) -> None:
    content = report(made_up)
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert with_the_standard(content) == with_python(content)
    assert len(with_the_standard(content)) == 11


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_node_reads_the_same(made_up: Subscription) -> None:
    content = report(made_up)
    assert with_node(content) == with_python(content)
    assert with_node(content)[0] == [column.title for column in COLUMNS]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("comma", ","), (",", ","), ("semicolon", ";"), (";", ";"), ("tab", "\t"), ("\t", "\t")],
)
def test_a_delimiter_goes_by_its_name_or_as_itself(text: str, delimiter: str) -> None:
    assert checked_delimiter(text) == delimiter


@pytest.mark.parametrize("text", ["|", "", "Comma", "'"])
def test_another_delimiter_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="none of comma, semicolon and tab") as refused:
        checked_delimiter(text)
    assert repr(text) in str(refused.value)
