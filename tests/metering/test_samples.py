"""The sample files and what is known of them (tests/samples/answers.json): rows in, rows out, and the counts."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.bookkeeping import Cells, ledger, new_subscription, reported
from tests.bookkeeping import take as take_into

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

SAMPLES = Path(__file__).parents[1] / "samples"
ANSWERS = json.loads((SAMPLES / "answers.json").read_text(encoding="utf-8"))
FOUR_TYPES = {"Mailbox", "N/A", "OneDrive", "User Teams Chats"}
CustomerMonth = tuple[str, str]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Cells]]:
    """The report of each generation, imported once."""
    folder = tmp_path_factory.mktemp("samples")
    of_files = {}
    for name in ("itemised-a.csv", "itemised-b.csv"):
        subscription = new_subscription()
        take_into(subscription, SAMPLES / name, folder, profile="auto")
        of_files[name] = reported(subscription)
    return of_files


def recipe(rows: Iterable[Cells]) -> int:
    """As documented: keep four types, remove duplicates by name as a spreadsheet does, count."""
    return len({row["Object Name"].casefold() for row in rows if row["Object Type Backed Up"] in FOUR_TYPES})


def people(rows: Iterable[Cells]) -> int:
    """Whoever has one of the four types: by e-mail address, else by the one address that carries the name, else by name."""
    of_people = [row for row in rows if row["Object Type Backed Up"] in FOUR_TYPES]
    addresses = defaultdict(set)
    for row in of_people:
        if row["Object Details"]:
            addresses[row["Organisation"], row["Object Name"].casefold()].add(row["Object Details"].casefold())
    known = set()
    for row in of_people:
        named = addresses[row["Organisation"], row["Object Name"].casefold()]
        address = row["Object Details"].casefold() or (next(iter(named)) if len(named) == 1 else "")
        known.add((row["Organisation"], address or row["Object Name"].casefold()))
    return len(known)


def by_customer_and_month(rows: Iterable[Cells]) -> dict[CustomerMonth, list[Cells]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["Customer Name"], row["Month"]].append(row)
    return grouped


@pytest.mark.parametrize("name", ["itemised-a.csv", "itemised-b.csv"])
def test_rows_in_are_rows_out(reports: dict[str, list[Cells]], name: str) -> None:
    assert len(reports[name]) == ANSWERS["rows"][name]
    assert all(row["Month"] in ("2026-08", "2026-09", "2026-10") for row in reports[name])


def test_the_recipe_as_written_on_the_whole_file(reports: dict[str, list[Cells]]) -> None:
    rows = reports["itemised-a.csv"]
    assert recipe(rows) == ANSWERS["recipe_as_written_on_the_whole_file"]
    assert sum(row["Object Type Backed Up"] == "N/A" for row in rows) > 0


@pytest.mark.parametrize("answer", ANSWERS["by_customer_and_month"], ids=lambda one: f"{one['customer']} {one['month']}")
def test_the_counts_of_a_customers_month(reports: dict[str, list[Cells]], answer: dict[str, str | int]) -> None:
    place = (str(answer["customer"]), str(answer["month"]))
    of_a = by_customer_and_month(reports["itemised-a.csv"])[place]
    of_b = by_customer_and_month(reports["itemised-b.csv"])[place]
    billable = [row for row in of_b if row["Object Type Backed Up"] == "M365 User" and row["Invoice"] == "Billable"]
    assert recipe(of_a) == answer["recipe"]
    assert people(of_a) == answer["people"]
    assert len(billable) == answer["billable_rows_b"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("itemised-a.csv", "itemised-a-bom.csv"), ("itemised-a-bom.csv", "itemised-a-utf16.txt")],
)
def test_the_same_rows_in_another_encoding_change_nothing(
    subscription: Subscription, take: Callable[..., Summary], first: str, second: str
) -> None:
    take(SAMPLES / first, profile="auto")
    before = ledger(subscription)
    again = take(SAMPLES / second, profile="auto")
    assert (again.existing, again.new, again.changed) == (ANSWERS["rows"]["itemised-a.csv"], 0, 0)
    assert ledger(subscription)["usage_item"] == before["usage_item"]
