"""The report as JSON: the values of the CSV under the names of schema 1."""

import json
from collections.abc import Callable

from tests.bookkeeping import chosen, report, rows_of, usage

from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format
from tallybook.reports.itemised import COLUMNS
from tallybook.subscriptions.models import Subscription

JSON = Form(format=Format.JSON)
NUMBERS = {"daysBackedUp", "protectedBytes", "storedBytes"}


def test_the_values_are_those_of_the_csv(made_up: Subscription) -> None:
    rows = json.loads(report(made_up, JSON))["rows"]
    told = [
        {column.title: "" if row[column.json_name] is None else str(row[column.json_name]) for column in COLUMNS}
        for row in rows
    ]
    assert told == rows_of(report(made_up))
    assert all(list(row) == [column.json_name for column in COLUMNS] for row in rows)


def test_numbers_are_numbers_and_nothing_known_is_null(made_up: Subscription) -> None:
    rows = json.loads(report(made_up, JSON))["rows"]
    kinds = {(name in NUMBERS, type(value)) for row in rows for name, value in row.items()}
    assert kinds == {(True, int), (True, type(None)), (False, str), (False, type(None))}
    assert max(row["protectedBytes"] or 0 for row in rows) == 2**63 - 1


def test_the_head_tells_schema_link_period_and_when(made_up: Subscription) -> None:
    told = json.loads(report(chosen(made_up, "2026-10", "2026-11"), JSON))
    rows = told.pop("rows")
    assert told == {
        "schema": 1,
        "link": None,
        "period": {"from": "2026-10", "to": "2026-11"},
        "generatedAt": "2026-11-02T08:00:00Z",
    }
    assert len(rows) == 10


def test_unchanged_data_is_an_unchanged_answer(subscription: Subscription, take: Callable[..., Summary]) -> None:
    take([usage()])
    october = chosen(subscription, "2026-10", "2026-10")
    first = report(october, JSON)
    take([usage(), usage(month="2026-11")])
    assert report(october, JSON) == first
    take([usage(plan="Gold")])
    assert report(october, JSON) != first


def test_no_usage_is_an_object_without_rows(subscription: Subscription) -> None:
    told = json.loads(report(chosen(subscription, "2026-10", "2026-10"), JSON))
    assert (told["rows"], told["generatedAt"]) == ([], None)
