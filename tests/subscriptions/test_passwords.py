"""Which passwords are good enough."""

import pytest
from tests import codes

from tallybook.errors import Refused
from tallybook.subscriptions.models import User
from tallybook.subscriptions.passwords import change_password, check_password_rules

SHORT = "kP9x!q2zR"


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "x7" + "ä" * 2 + "Wq pl 98 zt ok", "только четыре слова", "z" * 7 + "Q pom 41 vv" * 90],
)
def test_length_is_all_that_counts(password: str) -> None:
    check_password_rules(User(email="ann@msp.example"), password)


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword1",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "qwertyuiopasdfgh",
        "iloveyouiloveyou",
        "ann.bell@msp.example",
    ],
)
def test_what_is_guessed_first_is_refused_however_long(password: str) -> None:
    with pytest.raises(Refused, match="would guess"):
        check_password_rules(User(email="ann.bell@msp.example"), password)


@pytest.mark.parametrize(
    ("password", "said"), [("", "at least 15"), ("kP9x!q2zRw1m8Y", "at least 15"), ("k" * 1001, "1000 characters")]
)
def test_the_bounds_are_said(password: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        check_password_rules(User(email="ann@msp.example"), password)


def test_eight_characters_are_enough_with_a_code(owner: User) -> None:
    with pytest.raises(Refused, match="at least 15"):
        change_password(owner, SHORT)
    codes.protect(owner)
    change_password(owner, SHORT)
    assert User.objects.get(pk=owner.pk).has_short_password
    with pytest.raises(Refused, match="at least 8"):
        change_password(owner, SHORT[:7])
    change_password(owner, "another horse battery staple")
    assert not User.objects.get(pk=owner.pk).has_short_password


def test_a_refused_password_changes_nothing(owner: User) -> None:
    before = User.objects.get(pk=owner.pk).password
    with pytest.raises(Refused):
        change_password(owner, "short")
    assert User.objects.get(pk=owner.pk).password == before
