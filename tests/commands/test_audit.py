"""`tallybook audit`, and what commands leave in the log."""

import json
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tests.audit.tampering import head_of, log, note, note_several, tamper, verdict
from tests.bookkeeping import usage, usage_csv
from tests.conftest import Ran, TestDatabase

from tallybook.audit.acting import Actor
from tallybook.subscriptions.models import Subscription, User

Run = Callable[..., Ran]
ACCOUNT = pwd.getpwuid(os.getuid()).pw_name


def test_commands_say_who_acted(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    of_subscription = ("--subscription", subscription.name)
    path = tmp_path / "october.csv"
    path.write_bytes(usage_csv([usage(customer="Anchor Ltd")]))
    email = f"ann.{uuid4()}@example.com"
    run("import", path, *of_subscription)
    run("customer", "alias", "Anchor Ltd", "Ancora Srl", *of_subscription)
    run("customer", "rename", "Anchor Ltd", "Anker GmbH", *of_subscription, LOGNAME="somebody", USER="else")
    run("user", "create", email, *of_subscription, "--role", "billing")
    listed = run("audit", "list", *of_subscription)
    assert (listed.status, listed.err) == (0, "")
    told = [line.split("\t") for line in listed.out.splitlines()]
    assert [(one[0], *one[2:]) for one in told] == [
        ("1", ACCOUNT, "file.imported", "october.csv"),
        ("2", ACCOUNT, "customer.aliased", "Anchor Ltd"),
        ("3", ACCOUNT, "customer.renamed", "Anker GmbH"),
        ("4", ACCOUNT, "role.granted", email),
    ]
    assert verdict(subscription).is_whole


def test_the_newest_events_are_listed_and_told_as_json(run: Run, database: TestDatabase, subscription: Subscription) -> None:
    note_several(subscription, 5)
    tamper(database, "DELETE FROM audit_detail WHERE subscription_id = %s AND number = 4", subscription.id)
    told = run("audit", "list", "--subscription", subscription.name, "--last", "2", "--json").json["events"]
    assert [one["number"] for one in told] == [4, 5]
    assert told[0]["detail"] is None
    assert told[1]["detail"]["after"] == {"name": "Name 4"}
    assert told[1]["hash"] == log(subscription)[-1].hash.hex()
    assert "4\t" in run("audit", "list", "--subscription", subscription.name).out
    assert "(operator, erased)\tcustomer.renamed\t(erased)" in run("audit", "list", "--subscription", subscription.name).out


def test_a_whole_log_is_status_0_and_a_broken_one_status_1(
    run: Run, database: TestDatabase, subscription: Subscription
) -> None:
    note_several(subscription, 3)
    of_subscription = ("--subscription", subscription.name)
    head = run("audit", "head", *of_subscription)
    assert (head.status, head.out) == (0, f"{head_of(subscription)}\n")
    whole = run("audit", "verify", *of_subscription, "--head", head.out.strip())
    assert (whole.status, whole.out) == (0, f"The log is whole: 3 events, the details of 0 erased.\nHead: {head.out}")
    tamper(database, "UPDATE audit_event SET action = 'x.y' WHERE subscription_id = %s AND number = 2", subscription.id)
    broken = run("audit", "verify", *of_subscription)
    assert (broken.status, broken.err) == (1, "")
    assert "The log is broken" in broken.out
    assert "Event 2 is not what was written" in broken.out
    told = run("audit", "verify", *of_subscription, "--json")
    assert (told.status, told.json["whole"], told.json["faultCount"]) == (1, False, 1)
    assert told.json["faults"][0]["number"] == 2


def test_a_cut_end_is_found_by_the_former_head(run: Run, subscription: Subscription) -> None:
    note(subscription)
    missing = run("audit", "verify", "--subscription", subscription.name, "--head", "7:" + "ab" * 32)
    assert missing.status == 1
    assert "The log ends at 1, but went on to 7" in missing.out


def test_the_log_is_exported_with_its_head(run: Run, subscription: Subscription, tmp_path: Path) -> None:
    note_several(subscription, 3)
    target = tmp_path / "log.jsonl"
    shown = run("audit", "export", "--subscription", subscription.name)
    written = run("audit", "export", "--subscription", subscription.name, "--output", target)
    assert (written.status, written.out) == (0, "")
    assert target.read_bytes() == shown.out_bytes
    *lines, last = [json.loads(line) for line in shown.out.splitlines()]
    assert [line["event"]["number"] for line in lines] == [1, 2, 3]
    assert last == {"head": str(head_of(subscription))}
    nowhere = run("audit", "export", "--subscription", subscription.name, "--output", tmp_path / "no" / "log.jsonl")
    assert (nowhere.status, nowhere.err.count("\n")) == (2, 1)
    assert "cannot be written" in nowhere.err


def test_a_person_is_erased_and_that_is_recorded(run: Run, subscription: Subscription, owner: User) -> None:
    note(subscription, actor=Actor.person(owner.id, owner.email, "192.0.2.7"))
    of_subscription = ("--subscription", subscription.name, "--person", owner.email)
    done = run("audit", "erase", *of_subscription)
    assert (done.status, done.out) == (0, "Erased the details of 2 events.\n")
    assert [one.detail is None for one in log(subscription)] == [True, True, False]
    assert log(subscription)[-1].event.action == "details.erased"
    assert owner.email not in str(log(subscription))
    assert verdict(subscription).is_whole
    assert run("audit", "erase", *of_subscription).out == "Erased the details of 0 events.\n"
    assert len(log(subscription)) == 3


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        pytest.param(
            ["erase", "--person", "a@b.example"], {"TALLYBOOK_OWNER_DATABASE_URL": ""}, "Set TALLYBOOK_OWNER", id="owner"
        ),
        pytest.param(["verify", "--head", "7"], {}, "is no head of an audit log", id="head"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    run: Run, subscription: Subscription, arguments: list[str], variables: dict[str, str], words: str
) -> None:
    done = run("audit", *arguments, "--subscription", subscription.name, **variables)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err
