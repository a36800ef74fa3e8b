"""`tallybook user`: making people, and letting them in again."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from tests import codes
from tests.conftest import PASSWORD, Ran
from tests.console.cast import Browse

from tallybook.audit.reading import EVERYTHING, newest_events
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions import totp
from tallybook.subscriptions.models import BrowserSession, Subscription, User
from tallybook.subscriptions.passwords import change_password

Run = Callable[..., Ran]
NEW = "another horse battery staple"


def last_action(subscription: Subscription) -> tuple[str, str]:
    with subscription_scope(subscription.id):
        (logged,) = newest_events(subscription.id, EVERYTHING, most=1)
    return logged.event.action, logged.event.actor_kind


def test_a_password_is_reset_from_standard_input(run: Run, browse: Browse, owner: User, subscription: Subscription) -> None:
    client = browse(owner)
    done = run("user", "reset-password", owner.email.upper(), "--password-stdin", stdin=f"{NEW}\n")
    assert (done.status, done.out) == (0, f"{owner.email} has another password, and was signed out of 1 browser.\n")
    assert User.objects.get(pk=owner.pk).check_password(NEW)
    assert client.get("/account/").status_code == 302
    assert last_action(subscription) == ("person.password-reset", "operator")


def test_a_password_is_made_and_shown_once(run: Run, owner: User) -> None:
    done = run("user", "reset-password", owner.email)
    password = done.out.split("Password: ")[1].split("\n")[0]
    assert User.objects.get(pk=owner.pk).check_password(password)
    assert "It is not shown again." in done.out
    assert password not in done.err


@pytest.mark.parametrize(
    ("typed", "said"), [("\n", "no password"), ("short\n", "at least 15"), ("passwordpassword1\n", "would guess")]
)
def test_a_weak_password_is_refused(run: Run, owner: User, typed: str, said: str) -> None:
    codes.protect(owner)
    done = run("user", "reset-password", owner.email, "--password-stdin", stdin=typed)
    assert done.status == 2
    assert said in done.err
    assert User.objects.get(pk=owner.pk).check_password(PASSWORD)


@pytest.mark.parametrize("command", [("reset-password",), ("reset-totp", "--yes")])
def test_nobody_is_not_reset(run: Run, command: tuple[str, ...]) -> None:
    email = f"{uuid4()}@msp.example"
    done = run("user", *command, email)
    assert (done.status, f"There is nobody with the address '{email}'." in done.err) == (2, True)


def test_totp_is_reset_after_a_question(run: Run, browse: Browse, owner: User, subscription: Subscription) -> None:
    codes.protect(owner)
    browse(owner)
    for answer in ("\n", "n\n", ""):
        refused = run("user", "reset-totp", owner.email, stdin=answer)
        assert (refused.status, "Nothing was changed." in refused.err) == (2, True)
    assert totp.has_totp(owner)
    done = run("user", "reset-totp", owner.email, stdin="y\n")
    assert done.status == 0
    assert f"TOTP is off for {owner.email}, who was signed out of 1 browser." in done.out
    assert not totp.has_totp(owner)
    assert not BrowserSession.objects.filter(user=owner).exists()
    assert last_action(subscription) == ("person.totp-reset", "operator")
    again = run("user", "reset-totp", owner.email, "--yes")
    assert (again.status, "There is nothing to reset." in again.err) == (2, True)


def test_a_short_password_comes_first(run: Run, owner: User) -> None:
    codes.protect(owner)
    change_password(owner, "kP9x!q2zR")
    refused = run("user", "reset-totp", owner.email, "--yes")
    assert (refused.status, "`tallybook user reset-password` first" in refused.err) == (2, True)
    assert totp.has_totp(owner)
    assert run("user", "reset-password", owner.email).status == 0
    assert run("user", "reset-totp", owner.email, "--yes").status == 0
    assert not totp.has_totp(owner)
