"""`tallybook subscription`, `user`, `product`, `customer` and `migrate`."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from tests.bookkeeping import customer_ids, usage
from tests.conftest import Ran

from tallybook.metering.summary import Summary
from tallybook.subscriptions.access import memberships_of
from tallybook.subscriptions.models import Subscription, User
from tallybook.subscriptions.products import find_product
from tallybook.subscriptions.subscriptions import find_subscription

Run = Callable[..., Ran]
GOOD_PASSWORD = "correct horse battery staple"


def refused(done: Ran, words: str) -> bool:
    """Whether a command ended with one sentence that has these words, and nothing else."""
    return (
        (done.status, done.out, done.err.count("\n")) == (2, "", 1) and done.err.startswith("tallybook: ") and words in done.err
    )


def test_a_subscription_is_made_once_and_listed(run: Run) -> None:
    name = f"Harbour Backup {uuid4()}"
    made = run("subscription", "create", name, "--time-zone", "Europe/Malta")
    assert (made.status, made.err) == (0, "")
    assert made.out == f"Made the subscription {name!r} with the time zone Europe/Malta.\n"
    assert f"{name}\tEurope/Malta\n" in run("subscription", "list").out
    assert refused(run("subscription", "create", name.upper()), "already")
    assert find_subscription(name).time_zone == "Europe/Malta"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([""], "is empty", id="empty"),
        pytest.param(["a\nb"], "line break", id="line break"),
        pytest.param(["MSP", "--time-zone", "Europe/Mlta"], "Did you mean 'Europe/Malta'", id="time zone"),
    ],
)
def test_a_subscription_that_cannot_be_made(run: Run, arguments: list[str], words: str) -> None:
    done = run("subscription", "create", *arguments)
    assert refused(done, words), done
    assert "Traceback" not in done.err


def test_a_person_gets_a_password_that_is_shown_once(run: Run, subscription: Subscription) -> None:
    email = f"ann.{uuid4()}@example.com"
    done = run("user", "create", email, "--subscription", subscription.name, "--role", "billing")
    user = User.objects.get(email=email)
    assert (done.status, done.err) == (0, "")
    assert f"Made {email}, billing of {subscription.name!r}." in done.out
    assert user.check_password(done.out.split("Password: ")[1].split("\n")[0])
    assert [(one.subscription.id, one.role) for one in memberships_of(user)] == [(subscription.id, "billing")]


def test_a_password_can_be_given_on_standard_input(run: Run) -> None:
    email = f"ann.{uuid4()}@example.com"
    done = run("user", "create", email, "--password-stdin", stdin=f"{GOOD_PASSWORD}\n")
    user = User.objects.get(email=email)
    assert (done.status, done.err) == (0, "")
    assert GOOD_PASSWORD not in done.out
    assert user.check_password(GOOD_PASSWORD)
    assert memberships_of(user) == []


@pytest.mark.parametrize(
    ("email", "options", "stdin", "words"),
    [
        pytest.param("ann", [], None, "no e-mail address", id="address"),
        pytest.param("weak@example.com", ["--password-stdin"], "short\n", "at least 15 characters", id="weak password"),
        pytest.param("none@example.com", ["--password-stdin"], "", "has no password", id="no password"),
        pytest.param("lost@example.com", ["--subscription", "\u2603"], None, "There is no subscription", id="no subscription"),
    ],
)
def test_a_person_who_cannot_be_made(run: Run, email: str, options: list[str], stdin: str | None, words: str) -> None:
    done = run("user", "create", email, *options, stdin=stdin)
    assert refused(done, words), done
    assert not User.objects.filter(email=email).exists()


def test_a_taken_address_is_refused(run: Run, owner: User) -> None:
    done = run("user", "create", owner.email.upper())
    assert refused(done, "already"), done
    assert owner.check_password("correct horse battery staple")


def test_a_role_that_is_none_is_status_2(run: Run) -> None:
    done = run("user", "create", f"ann.{uuid4()}@example.com", "--role", "king")
    assert (done.status, done.out) == (2, "")
    assert "owner" in done.err
    assert "Traceback" not in done.err


def test_products_are_made_aliased_and_listed(run: Run) -> None:
    name = f"Tape Backup {uuid4()}"
    assert run("product", "create", name).out == f"Added the product {name!r}.\n"
    assert run("product", "alias", name.upper(), f"Tapes {name}").out == f"Files may call {name!r} also {f'Tapes {name}'!r}.\n"
    assert find_product(f"tapes {name}").name == name
    listed = run("product", "list").out.splitlines()
    assert listed[0] == "VM Backup\tAltaro VM Backup, Hornetsecurity VM Backup"
    assert f"{name}\tTapes {name}" in listed
    told = run("product", "list", "--json").json["products"]
    assert [one["name"] for one in told] == [line.split("\t")[0] for line in listed]
    assert {"name": name, "aliases": [f"Tapes {name}"]} in told
    assert refused(run("product", "create", "Altaro VM Backup"), "is a name of the product 'VM Backup' already")
    assert refused(run("product", "alias", "VM Bakup", "x"), "Did you mean 'VM Backup'")


def test_customers_are_listed_aliased_and_renamed(run: Run, subscription: Subscription, take: Callable[..., Summary]) -> None:
    take([usage(customer="Anchor Ltd", customer_reference="0042"), usage(customer="Birch Ltd")])
    ids = customer_ids(subscription)
    of_subscription = ("--subscription", subscription.name)
    assert (
        run("customer", "alias", "anchor ltd", "Ancora Srl", *of_subscription).out
        == "Files may call 'Anchor Ltd' also 'Ancora Srl'.\n"
    )
    assert run("customer", "rename", "Anchor Ltd", "Anker GmbH", *of_subscription).out == "'Anchor Ltd' is now 'Anker GmbH'.\n"
    assert run("customer", "list", *of_subscription, "--json").json == {
        "customers": [
            {"name": "Anker GmbH", "id": str(ids["Anchor Ltd"]), "reference": "0042", "aliases": ["Anchor Ltd", "Ancora Srl"]},
            {"name": "Birch Ltd", "id": str(ids["Birch Ltd"]), "reference": None, "aliases": []},
        ]
    }
    assert f"Anker GmbH\t{ids['Anchor Ltd']}\t0042\tAnchor Ltd, Ancora Srl\n" in run("customer", "list", *of_subscription).out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["rename", "Ankor Ltd", "x"], "Did you mean 'Anchor Ltd'", id="rename nobody"),
        pytest.param(["rename", "Anchor Ltd", "BIRCH LTD"], "is a name of the customer 'Birch Ltd' already", id="taken name"),
        pytest.param(["alias", "Anchor Ltd", "birch ltd"], "is a name of the customer 'Birch Ltd' already", id="taken alias"),
        pytest.param(["alias", "Anchor Ltd", " "], "is empty", id="empty alias"),
    ],
)
def test_a_name_that_cannot_be_given(
    run: Run, subscription: Subscription, take: Callable[..., Summary], arguments: list[str], words: str
) -> None:
    take([usage(customer="Anchor Ltd"), usage(customer="Birch Ltd")])
    done = run("customer", *arguments, "--subscription", subscription.name)
    assert refused(done, words), done
    assert set(customer_ids(subscription)) == {"Anchor Ltd", "Birch Ltd"}


def test_an_unknown_subscription_is_told_with_near_matches(run: Run, subscription: Subscription) -> None:
    done = run("customer", "list", "--subscription", subscription.name[:-1])
    assert refused(done, f"Did you mean {subscription.name!r}"), done
    assert run("customer", "list", "--subscription", subscription.name).out == ""


def test_migrating_what_is_migrated_says_so(run: Run) -> None:
    done = run("migrate")
    assert (done.status, done.err) == (0, "")
    assert done.out == "The schema is up to date.\n"


def test_what_is_written_down_about_a_customer_is_changed(
    run: Run, subscription: Subscription, take: Callable[..., Summary]
) -> None:
    take([usage()])
    of = ("--subscription", subscription.name)
    assert run("customer", "reference", "anchor ltd", "A-17", *of).out == "'Anchor Ltd' has the Customer Reference 'A-17'.\n"
    assert run("customer", "notes", "Anchor Ltd", "Calls on Fridays", *of).out == (
        "The notes about 'Anchor Ltd' are written down.\n"
    )
    assert run("customer", "alias", "Anchor Ltd", "Anker GmbH", *of).status == 0
    listed = run("customer", "list", "--json", *of).json["customers"]
    assert [(one["reference"], one["aliases"]) for one in listed] == [("A-17", ["Anker GmbH"])]
    assert "is no alias of 'Anchor Ltd' any more" in run("customer", "unalias", "Anker GmbH", "anker gmbh", *of).out
    assert refused(run("customer", "unalias", "Anchor Ltd", "Anker GmbH", *of), "is no alias of the customer 'Anchor Ltd'")
    assert run("customer", "reference", "Anchor Ltd", "", *of).out == "'Anchor Ltd' has no Customer Reference.\n"
    assert run("customer", "notes", "Anchor Ltd", "", *of).out == "The notes about 'Anchor Ltd' are empty.\n"
    assert refused(run("customer", "notes", "Anchor Ltd", "x" * 4001, *of), "Use 4,000 or fewer")
