"""`tallybook link`."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.bookkeeping import usage
from tests.conftest import Ran

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

Run = Callable[..., Ran]


@pytest.fixture
def link(run: Run, subscription: Subscription, take: Callable[..., Summary]) -> Run:
    """Runs `tallybook link` in a subscription with a customer."""
    take([usage()])

    def run_link(verb: str, *arguments: str, **variables: str) -> Ran:
        return run("link", verb, *arguments, "--subscription", subscription.name, **variables)

    return run_link


def made(link: Run, *arguments: str) -> dict[str, Any]:
    ran = link("create", "--name", "PSA", "--json", *arguments)
    assert (ran.status, ran.err) == (0, "")
    return dict(ran.json)


def test_making_showing_and_listing(link: Run) -> None:
    told = made(link, "--customer", "anchor ltd", "--product", "365 Total Backup", "--from", "2026-09", "--to", "2026-10",
                "--format", "json", "--expires", "2099-01-31", "--allow", "10.1.2.3/8,192.0.2.7", "--allow", "2001:db8::/32",
                "--repeat-last")  # fmt: skip
    assert told["url"] == f"http://localhost:8000/api/v1/report-links/{told['id']}"
    assert re.fullmatch(r"tbk_report_\w+_\w+_\w+", told["key"])
    shown = link("show", told["id"], "--json").json
    assert shown == {
        "id": told["id"],
        "name": "PSA",
        "state": "active",
        "url": told["url"],
        "kind": "itemised",
        "format": "json",
        "period": "September 2026 to October 2026",
        "customers": ["Anchor Ltd"],
        "products": ["365 Total Backup"],
        "addresses": ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"],
        "expiresAt": "2099-01-31T23:00:00+00:00",
        "repeatsLastFile": True,
        "madeBy": shown["madeBy"],
        "madeAt": shown["madeAt"],
        "keys": [{"lastFour": told["key"][-4:], "validUntil": None}],
        "lastCall": None,
        "calls30Days": 0,
    }
    assert link("list", "--json").json["links"] == [shown]
    assert link("list").out.split("\t")[:3] == [told["id"], "active", "PSA"]
    assert told["key"] not in link("show", told["id"]).out


def test_the_address_follows_the_public_address(link: Run) -> None:
    ran = link("create", "--name", "PSA", "--period", "previous-month", "--allow-anyone",
               TALLYBOOK_PUBLIC_URL="https://tallybook.example")  # fmt: skip
    assert ran.status == 0
    assert "Address  https://tallybook.example/api/v1/report-links/" in ran.out
    assert "The key is not shown again." in ran.out


def test_pausing_resuming_rotating_and_revoking(link: Run) -> None:
    told = made(link, "--period", "last-3-months", "--allow-anyone")
    states = []
    for verb, said in (("pause", "is paused"), ("resume", "answers again"), ("revoke", "is revoked")):
        if verb == "revoke":
            rotated = link("rotate", told["id"], "--overlap-days", "7", "--json").json
        ran = link(verb, told["id"])
        assert (ran.status, said in ran.out) == (0, True)
        states.append(link("show", told["id"], "--json").json["state"])
    assert states == ["paused", "active", "revoked"]
    assert rotated["key"] != told["key"]
    former = link("show", told["id"], "--json").json["keys"][1]
    assert former["lastFour"] == told["key"][-4:]
    assert (datetime.fromisoformat(former["validUntil"]) - datetime.now(UTC)).days == 6


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--period", "previous-month"], "Say who may call"),
        (["--period", "previous-month", "--allow", "192.0.2.7", "--allow-anyone"], "Say who may call"),
        (["--period", "previous-month", "--allow", "0.0.0.0/0"], "means every IPv4 address"),
        (["--period", "previous-month", "--allow", "10.0.0.01"], "10.0.0.01 is no address"),
        (["--allow-anyone"], "Say which months"),
        (["--allow-anyone", "--from", "2026-10"], "Say which months"),
        (["--allow-anyone", "--from", "2026-10", "--to", "2026-09"], "Exchange the two"),
        (["--allow-anyone", "--from", "2026-13", "--to", "2026-09"], "which is no month"),
        (["--allow-anyone", "--from", "2026-10", "--to", "2026-10", "--period", "this-month"], "Leave out one of the two"),
        (["--allow-anyone", "--period", "last-0-months"], "There is no period 'last-0-months'"),
        (["--allow-anyone", "--period", "this-month", "--expires", "soon"], "--expires is 'soon', which is no day"),
        (["--allow-anyone", "--period", "this-month", "--expires", "2020-01-01"], "would have expired on 2020-01-01"),
        (["--allow-anyone", "--period", "this-month", "--customer", "Ancor Ltd"], "Did you mean 'Anchor Ltd'?"),
        (["--allow-anyone", "--period", "this-month", "--product", "VM"], "There is no product 'VM'"),
    ],
)  # fmt: skip
def test_what_is_refused_makes_nothing(link: Run, arguments: list[str], reason: str) -> None:
    ran = link("create", "--name", "PSA", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert reason in ran.err
    assert ran.err.count("\n") == 1
    assert link("list").out == ""


def test_a_link_that_there_is_not(link: Run) -> None:
    missing = link("show", "00000000-0000-0000-0000-000000000000")
    assert (missing.status, missing.err) == (2, "tallybook: There is no such report link.\n")
    named = link("pause", "PSA")
    assert (named.status, named.out) == (2, "")
    assert named.err == "tallybook: 'PSA' is no link's id. `tallybook link list` shows the ids, beside the names.\n"
