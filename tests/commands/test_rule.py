"""`tallybook rule`: setting and listing counting rules."""

from collections.abc import Callable

import pytest
from tests.bookkeeping import usage
from tests.conftest import Ran

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

Run = Callable[..., Ran]


def test_a_rule_is_set_and_counted_by_and_listed(run: Run, subscription: Subscription, take: Callable[..., Summary]) -> None:
    people = [
        usage(month=month, object_name="Ann", object_details=f"{name}@a.example")
        for month in ("2026-09", "2026-10")
        for name in "ab"
    ]
    take(people)
    whose = ("--subscription", subscription.name)
    done = run("rule", "set", "recipe", *whose, "--product", "365 backup", "--from", "2026-10", "--customer", "anchor ltd")
    assert (done.status, done.err) == (0, "")
    assert done.out == "From 2026-10 on, '365 Total Backup' of 'Anchor Ltd' is counted by the rule recipe.\n"
    bill = run("bill", *whose, "--month", "2026-10", "--json").json
    assert (bill["formerQuantity"], bill["quantity"]) == (2, 1)
    (customer,) = bill["customers"]
    assert (customer["rule"], [(one["cause"], one["change"]) for one in customer["changes"]]) == (
        "recipe",
        [("rule changed", -1)],
    )
    listed = run("rule", "list", *whose, "--json").json["rules"]
    assert listed[-1] == {"product": "365 Total Backup", "from": "2026-10", "customer": "Anchor Ltd", "rule": "recipe"}
    assert {"product": "VM Backup", "from": None, "customer": None, "rule": "objects"} in listed
    assert "365 Total Backup\t2026-10\tAnchor Ltd\trecipe\n" in run("rule", "list", *whose).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none", "--product", "VM Backup", "--from", "2026-10"), "There is no counting rule 'none'. Choose one of people,"),
        (("people", "--product", "VM Backup", "--from", "10/26"), "--from is '10/26', which is no month."),
    ],
)
def test_what_is_wrong_is_told(run: Run, subscription: Subscription, arguments: tuple[str, ...], words: str) -> None:
    done = run("rule", "set", *arguments, "--subscription", subscription.name)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
