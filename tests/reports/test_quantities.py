"""The quantities as a report: a row for each month, customer and product, in every format."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.bookkeeping import chosen, customer_ids, report, usage
from tests.conftest import Ran

from tallybook.errors import NotNow
from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format, Profile, build
from tallybook.reports.quantities import QUANTITIES
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]
Run = Callable[..., Ran]
CSV = Form(kind=QUANTITIES)
ROWS = [
    usage(object_name="Ann", object_details="ann@a.example"),
    usage(object_name="Ann", object_details="bell@a.example"),
    usage(customer="=1+1", product="VM Backup", object_type="VM", object_name="web-1"),
    usage(customer="=1+1", month="2026-11"),
]


def test_as_csv(subscription: Subscription, take: Take) -> None:
    take(ROWS)
    ids = customer_ids(subscription)
    assert report(subscription, CSV).decode() == (
        "Month,Customer Name,Customer ID,Customer Reference,Product,Quantity,Rule\r\n"
        f"2026-10,=1+1,{ids['=1+1']},,VM Backup,1,objects\r\n"
        f"2026-10,Anchor Ltd,{ids['Anchor Ltd']},,365 Total Backup,2,people\r\n"
        f"2026-11,=1+1,{ids['=1+1']},,365 Total Backup,1,people\r\n"
    )


def test_for_a_spreadsheet_nothing_is_a_formula(subscription: Subscription, take: Take) -> None:
    take(ROWS)
    text = report(subscription, Form(kind=QUANTITIES, profile=Profile.EXCEL)).decode("utf-8-sig")
    assert "2026-11,'=1+1," in text


def test_as_json_and_for_one_customer(subscription: Subscription, take: Take) -> None:
    take(ROWS)
    told = json.loads(report(chosen(subscription, customers=("anchor ltd",)), Form(kind=QUANTITIES, format=Format.JSON)))
    assert told["rows"] == [
        {
            "month": "2026-10",
            "customerName": "Anchor Ltd",
            "customerId": str(customer_ids(subscription)["Anchor Ltd"]),
            "customerReference": None,
            "product": "365 Total Backup",
            "quantity": 2,
            "rule": "people",
        }
    ]


def test_unchanged_data_is_an_unchanged_report_and_changes_are_in_the_next(subscription: Subscription, take: Take) -> None:
    take(ROWS)
    first = report(subscription, CSV)
    assert report(subscription, CSV) == first
    take([usage(object_name="Cem", object_details="cem@a.example")])
    assert report(subscription, CSV) == first.replace(b"Total Backup,2", b"Total Backup,3")


def test_what_changes_while_it_is_counted_is_counted_again(subscription: Subscription, take: Take) -> None:
    take(ROWS)
    joining = ["Cem", "Dee"]

    def prepare_and_import(choice: object) -> None:
        QUANTITIES.prepare(choice)  # type: ignore[arg-type]
        if joining:
            take([usage(object_name=joining.pop())])

    late = replace(QUANTITIES, prepare=prepare_and_import)
    assert b"365 Total Backup,4,people" in report(subscription, Form(kind=late))


def test_a_ledger_that_never_stands_still_is_refused(subscription: Subscription, take: Take) -> None:
    take(ROWS)
    never = replace(QUANTITIES, prepare=lambda _choice: None)
    with pytest.raises(NotNow, match="changed again and again"):
        build(chosen(subscription), Form(kind=never))


def test_by_the_command(subscription: Subscription, take: Take, run: Run) -> None:
    take(ROWS)
    whose = ("--subscription", subscription.name, "--kind", "quantities")
    done = run("report", *whose, "--from", "2026-10", "--to", "2026-10", "--product", "365 Total Backup")
    assert (done.status, done.err) == (0, "")
    assert [line.rsplit(",", 3)[1:] for line in done.out.splitlines()] == [
        ["Product", "Quantity", "Rule"],
        ["365 Total Backup", "2", "people"],
    ]
    nothing = run("report", *whose, "--from", "2026-01", "--to", "2026-01")
    assert nothing.out == "Month,Customer Name,Customer ID,Customer Reference,Product,Quantity,Rule\r\n"
    assert "There is no usage in this choice" in nothing.err
