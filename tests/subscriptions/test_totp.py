"""TOTP: codes are good once, secrets lie encrypted, and switching off minds the password."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from tests import codes

from tallybook.errors import Refused
from tallybook.subscriptions import totp
from tallybook.subscriptions.models import User
from tallybook.subscriptions.passwords import change_password

SHORT = "kP9x!q2zR"


def test_a_code_is_good_once_and_no_older_one_after_it(owner: User) -> None:
    codes.protect(owner)
    assert totp.use_code(owner, codes.app_shows(owner))
    cache.clear()
    for steps in (0, -1):
        assert not totp.use_code(owner, codes.app_shows(owner, steps))
    assert totp.use_code(owner, codes.app_shows(owner, 1))


def test_the_code_that_switched_it_on_is_used(owner: User) -> None:
    codes.protect(owner)
    assert not totp.use_code(owner, codes.app_shows(owner, -1))


@pytest.mark.parametrize("steps", [-3, 3])
def test_codes_of_other_times_do_not_fit(owner: User, steps: int) -> None:
    codes.protect(owner)
    assert not totp.use_code(owner, codes.app_shows(owner, steps))


@pytest.mark.parametrize("code", ["", "000", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "1" * 500, "\x00"])
def test_what_is_no_code_does_not_fit(owner: User, code: str) -> None:
    codes.protect(owner)
    assert not totp.use_code(owner, code)


def test_blanks_in_a_code_do_not_matter(owner: User) -> None:
    codes.protect(owner)
    code = codes.app_shows(owner)
    assert totp.use_code(owner, f" {code[:3]} {code[3:]} ")


def test_of_eight_who_bring_a_code_at_once_one_gets_in(owner: User) -> None:
    recovery = codes.protect(owner)
    for code in (codes.app_shows(owner), recovery[0]):
        with ThreadPoolExecutor(8) as people:
            let_in = list(people.map(lambda _, code=code: _use(owner, code), range(8)))
        assert let_in.count(True) == 1


def _use(user: User, code: str) -> bool:
    try:
        return totp.use_code(user, code)
    finally:
        connection.close()


def test_a_recovery_code_is_good_once(owner: User) -> None:
    recovery = codes.protect(owner)
    assert len(set(recovery)) == 10
    assert all(len(code) == 10 for code in recovery)
    assert totp.use_code(owner, recovery[3])
    assert not totp.use_code(owner, recovery[3])
    assert recovery[3] not in totp.recovery_codes(owner)
    assert len(totp.recovery_codes(owner)) == 9


def test_renewed_recovery_codes_end_the_former(owner: User) -> None:
    former = codes.protect(owner)
    renewed = totp.renew_recovery_codes(owner)
    assert not set(former) & set(renewed)
    assert not totp.use_code(owner, former[0])
    assert totp.use_code(owner, renewed[0])


def test_no_secret_lies_in_the_clear(owner: User) -> None:
    recovery = codes.protect(owner)
    stored = {one.type: one.data for one in Authenticator.objects.filter(user=owner)}
    secret = totp.readable_secret(stored["totp"]["secret"])
    assert secret
    assert secret not in str(stored)
    assert not any(code in str(stored) for code in recovery)
    assert stored["totp"]["secret"] != totp.Adapter().encrypt(secret)


def test_under_another_secret_key_nothing_fits_and_nothing_breaks(owner: User) -> None:
    recovery = codes.protect(owner)
    code = codes.app_shows(owner)
    with override_settings(SECRET_KEY="another" * 8):
        assert not totp.use_code(owner, code)
        assert not totp.use_code(owner, recovery[0])
        assert totp.recovery_codes(owner) == []


def test_whoever_has_no_app_has_no_code(owner: User) -> None:
    assert not totp.has_totp(owner)
    assert not totp.use_code(owner, "123456")
    assert totp.recovery_codes(owner) == []
    with pytest.raises(Refused, match="Switch it on first"):
        totp.renew_recovery_codes(owner)


def test_switching_on_twice_or_with_a_wrong_code_is_refused(owner: User) -> None:
    encrypted = totp.new_secret()
    with pytest.raises(Refused, match="does not fit"):
        totp.turn_on(owner, encrypted, "000000")
    with pytest.raises(Refused, match="does not fit"):
        totp.turn_on(owner, "tampered", "000000")
    assert not totp.has_totp(owner)
    codes.protect(owner)
    with pytest.raises(Refused, match="on already"):
        codes.protect(owner)


def test_switching_off_needs_a_password_that_stands_alone(owner: User) -> None:
    codes.protect(owner)
    change_password(owner, SHORT)
    with pytest.raises(Refused, match="at least 15"):
        totp.turn_off(owner)
    assert totp.has_totp(owner)
    change_password(owner, "another horse battery staple")
    assert totp.turn_off(owner)
    assert not Authenticator.objects.filter(user=owner).exists()
    assert not totp.turn_off(owner)
