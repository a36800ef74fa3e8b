"""CSV of the profile `excel`: no text that a spreadsheet takes for a formula, and nothing lost by it."""

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bookkeeping import Cells, new_subscription, report, reported, rows_of, take, usage
from tests.reports.texts import texts

from tallybook.errors import Refused
from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format, Profile
from tallybook.subscriptions.models import Subscription

EXCEL = Form(profile=Profile.EXCEL)
MARK = "\N{APOSTROPHE}"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", MARK, "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "＠", "－")  # noqa: RUF001
NUMBERS = {"Days Backed Up", "Protected Size (Bytes)", "Stored Size (Bytes)"}


def excel_rows(content: bytes, delimiter: str = ",") -> list[Cells]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def neutralised(row: Cells) -> Cells:
    return {name: MARK + cell if name not in NUMBERS and cell.startswith(RISKY) else cell for name, cell in row.items()}


risky = st.builds(str.__add__, st.sampled_from(RISKY), texts)
objects = st.builds(
    lambda name, details, plan, own_id, customer: usage(
        object_name=name, object_details=details, plan=plan, object_id=own_id, customer=customer, protected_bytes=7
    ),
    risky,
    texts,
    texts,
    st.builds(str.__add__, risky, st.uuids().map(str)),
    st.sampled_from(["=Sum & Sons Ltd", "'quoted'", "Anchor Ltd", "-"]),
)


@given(rows=st.lists(objects, min_size=1, max_size=8), delimiter=st.sampled_from(",;\t"))
@settings(max_examples=15, deadline=None)
def test_exactly_the_risky_cells_are_marked_and_the_mark_can_be_taken_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Cells], delimiter: str
) -> None:
    folder = tmp_path_factory.mktemp("excel")
    subscription, again = new_subscription(), new_subscription()
    take(subscription, rows, folder)
    content = report(subscription, Form(profile=Profile.EXCEL, delimiter=delimiter))
    plain = rows_of(report(subscription))
    assert excel_rows(content, delimiter) == [neutralised(row) for row in plain]
    summary = take(again, content, folder, profile="excel")
    assert (summary.new, list(summary.refused)) == (len(rows), [])
    assert reported(again) == reported(subscription)


def test_the_file_begins_with_a_byte_order_mark_and_its_lines_end_with_crlf(made_up: Subscription) -> None:
    content = report(made_up, EXCEL)
    assert content.startswith(b"\xef\xbb\xbfMonth,Customer Name,")
    assert content.endswith(b"\r\n")
    assert len(excel_rows(content)) == len(rows_of(report(made_up)))


def test_only_the_profile_excel_takes_the_mark_back(subscription: Subscription, take: Callable[..., Summary]) -> None:
    take([usage(object_name="=1+1")])
    content = report(subscription, EXCEL)
    assert list(take(content, profile="excel").changes) == []
    assert [row["Object Name"] for row in reported(subscription)] == ["=1+1"]
    take(content, profile="auto")
    assert [row["Object Name"] for row in reported(subscription)] == ["'=1+1", "=1+1"]


@pytest.mark.parametrize("kind", [Format.JSON, Format.XLSX])
def test_other_formats_have_no_profiles(kind: Format) -> None:
    with pytest.raises(Refused, match=f"excel is one of CSV; {kind} has no profiles") as refused:
        Form(format=kind, profile=Profile.EXCEL)
    assert str(refused.value).endswith(".")


def test_a_delimiter_is_chosen_for_the_profile_excel_only() -> None:
    with pytest.raises(Refused, match="Only the profile excel has a choice of delimiters"):
        Form(delimiter=";")
    assert Form(profile=Profile.EXCEL, delimiter=";").extension == "csv"
