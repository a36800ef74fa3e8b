"""`tallybook bill --subscription`: a month of the ledger by a counting rule, with reasons."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.bookkeeping import OCTOBER, OPERATOR, usage
from tests.bookkeeping import take as take_into
from tests.conftest import Ran

from tallybook.billing.deciding import People
from tallybook.billing.excluding import Terms, exclude
from tallybook.commands.bill import bill as bill_command
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound, Refused
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import find_customers
from tallybook.subscriptions.models import Subscription

Run = Callable[..., Ran]
Take = Callable[..., Summary]
SAMPLES = Path(__file__).parents[1] / "samples"
ANSWERS = json.loads((SAMPLES / "answers.json").read_text(encoding="utf-8"))


@pytest.fixture
def bill(run: Run, subscription: Subscription) -> Callable[..., Any]:
    """What the command prints of the subscription, as JSON."""

    def billed(month: str, *options: str) -> Any:  # noqa: ANN401
        done = run("bill", "--subscription", subscription.name, "--month", month, *options, "--json")
        assert (done.status, done.err) == (0, "")
        return done.json

    return billed


@pytest.mark.parametrize("name", ["itemised-a.csv", "itemised-b.csv"])
def test_the_samples_come_out_of_the_ledger_too(
    run: Run, bill: Callable[..., Any], subscription: Subscription, name: str
) -> None:
    assert run("import", SAMPLES / name, "--subscription", subscription.name).status == 0
    month = "2026-10"
    found = bill(month)
    assert (found["month"], found["rule"], {one["rule"] for one in found["customers"]}) == (month, None, {"people"})
    assert (found["recipe"], found["quantity"]) == (
        ANSWERS["recipe_total_by_month"][month],
        ANSWERS["people_total_by_month"][month],
    )
    expected = [
        (one["customer"], one["recipe"], one["people"]) for one in ANSWERS["by_customer_and_month"] if one["month"] == month
    ]
    assert [(one["customer"], one["recipe"], one["quantity"]) for one in found["customers"]] == expected
    assert all(len(one["counted"]) == one["quantity"] for one in found["customers"])


def test_everybody_is_named_with_the_reason(bill: Callable[..., Any], take: Take) -> None:
    take(
        [
            usage(customer="=1+1", object_name="Ann", object_details="ann@one.example", licence="Unlicensed"),
            usage(customer="=1+1", object_name="Ben", object_details="ben@one.example", deleted="Yes"),
            usage(customer="=1+1", object_name="Cem", object_details="cem@one.example", licence="Business Basic"),
        ]
    )
    (people,) = bill("2026-10")["customers"]
    assert (people["customer"], people["quantity"], people["recipe"], people["free"]) == ("=1+1", 3, 3, [])
    (licensed,) = bill("2026-10", "--rule", "from-2022-04", "--customer", "=1+1")["customers"]
    assert (licensed["quantity"], licensed["recipe"]) == (1, 3)
    assert [(one["identity"], one["name"], one["reason"]) for one in licensed["counted"] + licensed["free"]] == [
        ("cem@one.example", "Cem", "Counted: a licence is held; there is Mailbox."),
        ("ann@one.example", "Ann", "Free: no licence is held."),
        ("ben@one.example", "Ben", "Free: only backups of deleted objects are left."),
    ]


def test_a_table_for_people(run: Run, subscription: Subscription, take: Take) -> None:
    machine = usage(object_name="DC", object_type="VM", product="VM Backup")
    before = usage(object_name="Ben", month="2026-09")
    take([usage(object_name="Ann"), usage(object_name="Site", object_type="SharePoint Files"), machine, before])
    done = run("bill", "--subscription", subscription.name, "--month", "2026-10")
    assert (done.status, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert "Billed Microsoft 365 users of 2026-10: the rules in force" in lines
    assert "Anchor Ltd 365 Total Backup 1 0 1 1" in lines
    assert "All customers 1 0 1 1" in lines
    assert "+1 Anchor Ltd: Ann, joined. Counted: this person has Mailbox." in lines
    assert "-1 Anchor Ltd: Ben, left. No backup in this month." in lines
    assert "1: Free: SharePoint Files is none of the types by which users are billed." in lines


def test_beside_a_month_of_which_nothing_is_known_nobody_joined_or_left(
    run: Run, bill: Callable[..., Any], subscription: Subscription, take: Take
) -> None:
    take([usage(object_name="Ann")])
    found = bill("2026-10")
    assert (found["quantity"], found["formerQuantity"], found["customers"][0]["changes"]) == (1, None, [])
    assert "Changes since" not in run("bill", "--subscription", subscription.name, "--month", "2026-10").out
    nothing = run("bill", "--subscription", subscription.name, "--month", "2026-11", "--json")
    assert (nothing.json["customers"], nothing.json["formerQuantity"]) == ([], None)


def test_another_subscription_is_not_counted(
    bill: Callable[..., Any], take: Take, other_subscription: Subscription, tmp_path: Path
) -> None:
    take([usage(object_name="Ann")])
    take_into(other_subscription, [usage(object_name="Ben")], tmp_path)
    (one,) = bill("2026-10")["customers"]
    assert [each["name"] for each in one["counted"]] == ["Ann"]


def test_a_month_of_which_nothing_is_known_says_so(run: Run, subscription: Subscription) -> None:
    done = run("bill", "--subscription", subscription.name, "--month", "2026-01", "--json")
    assert (done.status, done.json["quantity"], done.json["customers"]) == (0, 0, [])
    assert done.err == "tallybook: The ledger has no usage of 2026-01.\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Name usage files, or a ledger by --subscription and --month."),
        ({"subscription": "MSP"}, "Name usage files, or a ledger by --subscription and --month."),
        ({"month": "2026-10", "rule": "some"}, "There is no counting rule 'some'. Choose one of people, recipe,"),
        ({"month": "2022-03", "rule": "from-2022-04"}, "The rule from-2022-04 holds from 2022-04 on, and not in 2022-03."),
        ({"month": "2022-04", "rule": "until-2022-03"}, "The rule until-2022-03 holds until 2022-03, and not in 2022-04."),
        ({"month": "2026-10", "rule": "objects"}, "The rule objects counts objects, and not users."),
        ({"month": "2026-10", "encoding": "cp1252"}, "Leave them out for a ledger."),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, str], words: str) -> None:
    with pytest.raises((Refused, NotFound), match=re.escape(words)):
        bill_command(**({"subscription": "MSP"} if "month" in options else {}) | options)  # type: ignore[arg-type]


def test_unknown_names_are_refused(run: Run, subscription: Subscription) -> None:
    for whose in (("--subscription", "no such"), ("--subscription", subscription.name, "--customer", "no such")):
        done = run("bill", *whose, "--month", "2026-10")
        assert (done.status, done.out) == (2, "")
        assert "no such" in done.err


def test_a_late_row_of_a_closed_month_is_not_counted_here(run: Run, subscription: Subscription, take: Take) -> None:
    take([usage(object_name="Ann", adjustment_for="2026-08")])
    done = run("bill", "--subscription", subscription.name, "--month", "2026-10", "--json")
    assert (done.json["quantity"], done.json["customers"]) == (0, [])
    assert "The ledger has no usage of 2026-10." in done.err


def test_the_highest_day_is_told(run: Run, subscription: Subscription, take: Take) -> None:
    take([usage(object_name="Ann")])
    month = ("--subscription", subscription.name, "--month", "2026-10", "--rule", "from-2022-04")
    assert "Where the days are known, the number is that of the highest day." in run("bill", *month).out
    (one,) = run("bill", *month, "--json").json["customers"]
    assert one["isHighestDay"] is False


def test_who_is_left_off_the_bill_is_named(run: Run, bill: Callable[..., Any], subscription: Subscription, take: Take) -> None:
    take([usage(object_name=name, object_details=f"{name}@one.example") for name in ("Ann", "Ben")])
    with subscription_scope(subscription.id):
        (customer,) = find_customers(subscription, ["Anchor Ltd"])
        ann = People(customer=customer, organisation="", identities=("ann@one.example",))
        exclude(subscription, ann, Terms(first_month=OCTOBER, reason="Our own", owner="Kim"), actor=OPERATOR)
    told = run("bill", "--subscription", subscription.name, "--month", "2026-10").out
    assert "Counted, and left off the bill (1):" in told
    assert "Anchor Ltd: Ann. Excluded from the bill: Our own (Kim)" in told
    (of_customer,) = bill("2026-10")["customers"]
    assert (of_customer["quantity"], [one["name"] for one in of_customer["counted"]]) == (1, ["Ben"])
    assert of_customer["excluded"] == [
        {"identity": "ann@one.example", "name": "Ann", "reason": "Excluded from the bill: Our own (Kim)"}
    ]
