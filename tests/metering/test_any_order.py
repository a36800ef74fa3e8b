"""However a set of rows is cut into files, repeated and put in order: the same usage items."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from tests.bookkeeping import Cells, chosen, ledger, new_subscription, reported, take, usage

VALUES = ("plan", "licence", "deleted", "days_backed_up", "first_backup", "last_backup", "protected_bytes", "stored_bytes")
OBJECTS = [
    (month, customer, organisation, kind, name)
    for month in ("2026-09", "2026-10")
    for customer in ("Anchor Ltd", "Großmann AG")
    for organisation in ("", "one.example")
    for kind in ("Mailbox", "OneDrive")
    for name in ("Ann Bell", "Ben Crow")
]


def values_of(number: int) -> Cells:
    """What is known of an object: all of it follows from its number."""
    return {
        "plan": f"Plan {number % 3}",
        "licence": f"E{number}",
        "deleted": ("Yes", "No")[number % 2],
        "days_backed_up": str(number % 28),
        "first_backup": f"2026-09-{number % 9 + 1:02}T08:00:00Z",
        "last_backup": f"2026-09-{number % 9 + 11}T08:00:00Z",
        "protected_bytes": str(1000 + number),
        "stored_bytes": str(number),
    }


@dataclass
class Told:
    """Rows, the same in whole and cut into files that each give a part of them."""

    whole: list[Cells]
    files: list[list[Cells]]


def row(number: int, fields: set[str]) -> Cells:
    month, customer, organisation, kind, name = OBJECTS[number]
    given_values = {field: value for field, value in values_of(number).items() if field in fields}
    return usage(month=month, customer=customer, organisation=organisation, object_type=kind, object_name=name, **given_values)


@st.composite
def told(draw: DrawFn) -> Told:
    numbers = draw(st.lists(st.integers(0, len(OBJECTS) - 1), unique=True, min_size=1, max_size=8))
    parts = st.sets(st.sampled_from(VALUES))
    files: list[list[Cells]] = []
    said: dict[int, set[str]] = {number: set() for number in numbers}
    for _ in range(draw(st.integers(1, 4))):
        members = draw(st.lists(st.sampled_from(numbers), unique=True))
        of_file = [(number, draw(parts)) for number in members]
        repeats = draw(st.lists(st.sampled_from(of_file), max_size=3)) if of_file else []
        for number, fields in of_file:
            said[number] |= fields
        files.append([row(number, fields) for number, fields in draw(st.permutations([*of_file, *repeats]))])
    # What no file has said so far comes in a last one, which stands anywhere.
    rest = [row(number, set(VALUES) - fields) for number, fields in said.items()]
    files.insert(draw(st.integers(0, len(files))), rest)
    return Told([row(number, set(VALUES)) for number in numbers], [rows for rows in files if rows])


@given(told=told())
@settings(max_examples=25, deadline=None)
def test_any_cut_order_and_repetition_gives_the_same_items(tmp_path_factory: pytest.TempPathFactory, told: Told) -> None:
    folder: Path = tmp_path_factory.mktemp("any order")
    at_once, piecemeal = new_subscription(), new_subscription()
    take(at_once, told.whole, folder)
    for rows in told.files:
        summary = take(piecemeal, rows, folder)
        assert list(summary.refused) == []
        assert summary.new + summary.existing + summary.changed == summary.rows == len(rows)
    assert reported(piecemeal) == reported(at_once)
    once_more = take(piecemeal, told.whole, folder)
    assert once_more.existing == len(told.whole)
    assert len(ledger(piecemeal)["usage_item"]) == len(told.whole)


@given(numbers=st.lists(st.integers(0, len(OBJECTS) - 1), unique=True, min_size=1))
@settings(max_examples=10, deadline=None)
def test_the_sum_over_customers_is_the_subscription(tmp_path_factory: pytest.TempPathFactory, numbers: list[int]) -> None:
    subscription = new_subscription()
    take(subscription, [row(number, {"protected_bytes"}) for number in numbers], tmp_path_factory.mktemp("sums"))
    whole = reported(subscription)
    customers = sorted({cells["Customer Name"] for cells in whole})
    parts = [cells for name in customers for cells in reported(chosen(subscription, customers=(name,)))]
    assert len(whole) == len(numbers)
    assert sorted(map(str, parts)) == sorted(map(str, whole))
