"""Signing in and out."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse
from tests.conftest import PASSWORD
from tests.console.cast import Browse, overview_address, page_address, words

from tallybook.subscriptions.models import Subscription, User
from tallybook.web.networks import read_networks


@pytest.fixture(autouse=True)
def _no_attempts() -> Iterator[None]:
    """Attempts are counted for each address, and all tests have the same one."""
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def] # noqa: ANN201 - the test client's own response
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def test_the_page_asks_for_an_address_and_a_password(browse: Browse) -> None:
    response = browse(None).get("/sign-in/")
    assert response.status_code == 200
    assert "<title>Sign in · Tallybook</title>" in response.content.decode()
    assert 'name="login"' in response.content.decode()


def test_who_signs_in_comes_to_the_overview(browse: Browse, owner: User, subscription: Subscription) -> None:
    client = browse(None)
    response = sign_in(client, owner.email)
    assert (response.status_code, response["Location"]) == (302, "/")
    home = client.get("/")
    assert (home.status_code, home["Location"]) == (302, overview_address(subscription))
    assert client.get(overview_address(subscription)).status_code == 200


def test_letter_case_of_the_address_does_not_matter(browse: Browse, owner: User) -> None:
    assert sign_in(browse(None), owner.email.upper()).status_code == 302


def test_sign_in_leads_to_where_one_wanted_to_go(browse: Browse, owner: User, subscription: Subscription) -> None:
    wanted = page_address(subscription, "?month=2026-08")
    client = browse(None)
    asked = client.get(wanted)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/sign-in/?next=/subscriptions/")
    assert 'name="next"' in client.get(asked["Location"]).content.decode()
    assert sign_in(client, owner.email, next=wanted)["Location"] == wanted


def test_sign_in_leads_to_no_other_site(browse: Browse, owner: User) -> None:
    assert sign_in(browse(None), owner.email, next="https://evil.example/")["Location"] == "/"


def test_a_wrong_password_is_said_at_the_form_and_the_address_stays(browse: Browse, owner: User) -> None:
    client = browse(None)
    response = sign_in(client, owner.email, "wrong horse battery staple")
    assert "Check both, and type the password again." in words(response)
    assert f'value="{owner.email}"' in response.content.decode()
    assert "wrong horse" not in response.content.decode()
    assert client.get("/")["Location"] == "/sign-in/?next=/"


def test_nobody_and_a_deactivated_person_sound_like_a_wrong_password(browse: Browse, owner: User) -> None:
    nobody = words(sign_in(browse(None), "nobody@msp.example"))
    User.objects.filter(id=owner.id).update(is_active=False)
    assert words(sign_in(browse(None), owner.email)) == nobody


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("", PASSWORD, "Type your e-mail address."),
        ("no address", PASSWORD, "This is no e-mail address."),
        ("a@b.example", "", "Type your password."),
    ],
)
def test_what_is_missing_or_malformed_is_said_at_its_field(browse: Browse, email: str, password: str, said: str) -> None:
    response = sign_in(browse(None), email, password)
    assert said in words(response)
    assert 'aria-invalid="true"' in response.content.decode()


def test_attempts_of_one_address_are_throttled(browse: Browse, owner: User) -> None:
    client = browse(None)
    said = [words(sign_in(client, owner.email, "wrong")) for _ in range(11)]
    assert "Too many attempts failed." not in said[9]
    assert "Too many attempts failed. Wait a minute, then try again." in said[10]
    statuses = [sign_in(client, owner.email, "wrong").status_code for _ in range(20)]
    assert statuses[-1] == 429


THROTTLED = "Too many attempts failed."
PROXY = "10.0.0.1"


def attempt(client: Client, owner: User, peer: str, forwarded_for: str | None = None) -> str:
    """Tries a wrong password from there; gives the words of the answer."""
    headers = {} if forwarded_for is None else {"X-Forwarded-For": forwarded_for}
    form = {"login": owner.email, "password": "wrong"}
    return words(client.post(reverse("account_login"), form, headers=headers, REMOTE_ADDR=peer))


@pytest.fixture
def _two_attempts() -> Iterator[None]:
    """Fewer than the product's ten, since hashing each password takes its time."""
    with override_settings(ACCOUNT_RATE_LIMITS={"login_failed": "2/m/ip"}):
        yield


@pytest.fixture
def _proxy(_two_attempts: None) -> Iterator[None]:
    trusted = {"trusted_proxies": read_networks([PROXY])}
    with override_settings(INSTALLATION=settings.INSTALLATION.model_copy(update=trusted)):
        yield


@pytest.mark.usefixtures("_proxy")
def test_clients_behind_a_trusted_proxy_are_throttled_apart(browse: Browse, owner: User) -> None:
    client = browse(None)
    said = [attempt(client, owner, PROXY, f"198.51.100.{number}, 192.0.2.7") for number in range(3)]
    assert THROTTLED not in said[1]
    assert THROTTLED in said[2]
    assert THROTTLED not in attempt(client, owner, PROXY, "192.0.2.8")
    assert THROTTLED in attempt(client, owner, "192.0.2.7")


@pytest.mark.usefixtures("_proxy")
def test_ipv6_clients_are_throttled_by_their_site(browse: Browse, owner: User) -> None:
    client = browse(None)
    said = [attempt(client, owner, PROXY, f"2001:db8:0:1::{number}") for number in range(3)]
    assert THROTTLED in said[2]
    assert THROTTLED not in attempt(client, owner, PROXY, "2001:db8:0:2::1")


@pytest.mark.usefixtures("_proxy")
def test_a_forged_header_from_elsewhere_does_not_help(browse: Browse, owner: User) -> None:
    client = browse(None)
    said = [attempt(client, owner, "192.0.2.7", f"198.51.100.{number}") for number in range(3)]
    assert THROTTLED not in said[1]
    assert THROTTLED in said[2]


@pytest.mark.usefixtures("_two_attempts")
def test_without_a_setting_no_header_helps(browse: Browse, owner: User) -> None:
    client = browse(None)
    said = [attempt(client, owner, PROXY, f"198.51.100.{number}") for number in range(3)]
    assert THROTTLED not in said[1]
    assert THROTTLED in said[2]


@pytest.mark.usefixtures("_proxy")
@pytest.mark.parametrize("forwarded_for", [None, "unknown"])
def test_whom_a_trusted_proxy_does_not_name_shares_its_limit(browse: Browse, owner: User, forwarded_for: str | None) -> None:
    client = browse(None)
    said = [attempt(client, owner, PROXY, forwarded_for) for _ in range(3)]
    assert "Check both, and type the password again." in said[0]
    assert THROTTLED in said[2]
    assert THROTTLED not in attempt(client, owner, PROXY, "192.0.2.7")


@pytest.fixture
def _three_failures() -> Iterator[None]:
    """Fewer than the product's hundred at one account; ten from one address."""
    limits = settings.ACCOUNT_RATE_LIMITS | {"account_failed": "3/h/key"}
    with override_settings(ACCOUNT_RATE_LIMITS=limits):
        yield


@pytest.mark.usefixtures("_three_failures")
def test_nobody_is_locked_out_by_strangers_at_many_addresses(browse: Browse, owner: User) -> None:
    client = browse(None)
    said = [attempt(client, owner, f"198.51.100.{number}") for number in range(20)]
    assert not any(THROTTLED in one for one in said)
    form = {"login": owner.email.upper(), "password": PASSWORD}
    assert browse(None).post("/sign-in/", form, REMOTE_ADDR="192.0.2.7").status_code == 302


@pytest.mark.usefixtures("_three_failures")
def test_an_account_under_attack_slows_each_address_down(browse: Browse, owner: User, viewer: User) -> None:
    client = browse(None)
    for number in range(3):
        attempt(client, owner, f"198.51.100.{number}")
    said = [attempt(client, owner, "203.0.113.5") for _ in range(3)]
    assert [THROTTLED in one for one in said] == [False, False, True]
    assert THROTTLED not in attempt(client, viewer, "203.0.113.5")


@pytest.mark.usefixtures("_two_attempts")
def test_a_flood_of_addresses_does_not_make_limits_forgotten(browse: Browse, owner: User) -> None:
    client = browse(None)
    for _ in range(2):
        attempt(client, owner, "192.0.2.7")
    cache.set_many({f"flood-{number}": 1 for number in range(400)})
    assert THROTTLED in attempt(client, owner, "192.0.2.7")


def test_sign_out_is_a_post(browse: Browse, owner: User) -> None:
    client = browse(owner)
    asked = client.get("/sign-out/")
    assert asked.status_code == 200
    assert f"You are signed in as {owner.email}." in words(asked)
    assert client.get("/").status_code == 302
    done = client.post("/sign-out/")
    assert (done.status_code, done["Location"]) == (302, "/sign-in/")
    assert client.get("/")["Location"] == "/sign-in/?next=/"


def test_a_form_of_another_site_is_refused(owner: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.force_login(owner)
    response = client.post("/sign-out/")
    assert response.status_code == 403
    assert "The form has expired" in words(response)
    assert client.get("/sign-out/").status_code == 200


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password", "account_inactive", "account_email"])
def test_nobody_can_sign_up_or_reset_a_password(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize(
    ("referer", "wanted"),
    [
        ("http://localhost/subscriptions/1/customers/?page=2#x", "/subscriptions/1/customers/?page=2"),
        ("https://evil.example/subscriptions/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_what_is_sent_signed_out_is_told_as_lost(browse: Browse, owner: User, referer: str, wanted: str) -> None:
    client = browse(None)
    asked = client.post("/account/password/", {"new": "x"}, headers={"referer": referer, "host": "localhost"})
    assert asked["Location"] == f"/sign-in/?{urlencode({'next': wanted, 'unsaved': '1'})}"
    assert "Nothing of what you sent last was saved." in words(client.get(asked["Location"]))
    assert sign_in(client, owner.email, next=wanted)["Location"] == wanted
