"""The order of the rows: bytewise, the same on every server."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bookkeeping import Cells, chosen, new_subscription, report, reported, rows_of, take, usage
from tests.reports.texts import texts

from tallybook.metering.summary import Summary
from tallybook.reports.itemised import COLUMNS
from tallybook.reports.kinds import SCHEMA
from tallybook.subscriptions.models import Subscription

ORDER = (
    "Month",
    "Customer Name",
    "Product",
    "Object Type Backed Up",
    "Object Name",
    "Object ID",
    "Organisation",
    "Object Details",
)


def in_bytes(row: Cells) -> tuple[bytes, ...]:
    return tuple(row[title].encode() for title in ORDER)


names = st.one_of(texts, st.sampled_from(["a", "B", "ä", "Z", "z", "É", "é", "\uffee", "😀"]))
objects = st.builds(
    lambda month, customer, product, name, own_id, organisation: usage(
        month=month,
        customer=customer,
        product=product,
        object_type="VM",
        object_name=name,
        object_id=own_id,
        organisation=organisation,
    ),
    st.sampled_from(["2026-09", "2026-10"]),
    st.sampled_from(["a", "B", "ä", "Z", "😀", "\uffee"]),
    st.sampled_from(["VM Backup", "EndPoint Backup", "365 Total Backup"]),
    names,
    st.sampled_from(["", "1", "10", "2", "b", "A"]),
    st.sampled_from(["", "x", "Y"]),
)


@given(rows=st.lists(objects, min_size=2, max_size=20))
@settings(max_examples=15, deadline=None)
def test_rows_come_in_the_order_of_their_bytes(tmp_path_factory: pytest.TempPathFactory, rows: list[Cells]) -> None:
    subscription = new_subscription()
    take(subscription, rows, tmp_path_factory.mktemp("order"))
    told = rows_of(report(subscription))
    assert told
    assert told == sorted(told, key=in_bytes)


def test_the_order_does_not_hang_on_the_order_of_arrival(
    subscription: Subscription, other_subscription: Subscription, take: Callable[..., Summary]
) -> None:
    rows = [usage(object_name=name, object_details=str(number)) for number, name in enumerate("bBaAäÄ")]
    take(rows)
    take(rows[::-1])
    assert [row["Object Name"] for row in reported(subscription)] == ["A", "B", "a", "b", "Ä", "ä"]
    assert reported(other_subscription) == []


def test_schema_1_has_twenty_columns_each_with_its_own_names() -> None:
    assert (SCHEMA, len(COLUMNS)) == (1, 20)
    assert len({column.title for column in COLUMNS}) == len({column.json_name for column in COLUMNS}) == 20


def test_the_parts_of_a_choice_make_up_the_whole(made_up: Subscription) -> None:
    whole = reported(made_up)
    by_month = [row for month in ("2026-10", "2026-11") for row in reported(chosen(made_up, month, month))]
    assert by_month == whole
    products = ("VM Backup", "365 Total Backup", "Physical Server Backup", "EndPoint Backup")
    by_product = [row for product in products for row in reported(chosen(made_up, products=(product,)))]
    assert sorted(map(in_bytes, by_product)) == sorted(map(in_bytes, whole))
