"""A person's own account: password, TOTP, and where they are signed in."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests import codes
from tests.bookkeeping import OPERATOR, query
from tests.conftest import PASSWORD
from tests.console.cast import Browse, markup, words
from tests.console.people_cast import sign_in_form

from tallybook.console.browsers import browser_words
from tallybook.subscriptions import totp
from tallybook.subscriptions.models import BrowserSession, Role, Subscription, User
from tallybook.subscriptions.passwords import change_password
from tallybook.subscriptions.people import grant_role

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
NEW = "another horse battery staple"
SHORT = "kP9x!q2zR"


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


def signed_in(user: User, user_agent: str = FIREFOX, peer: str = "192.0.2.7") -> Client:
    """By the form, as a browser does it."""
    client = Client(headers={"host": "localhost", "user-agent": user_agent}, REMOTE_ADDR=peer)
    assert client.post("/sign-in/", sign_in_form(user.email)).status_code == 302
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_the_page_says_who_and_with_which_roles(browse: Browse, viewer: User, subscription: Subscription) -> None:
    said = words(browse(viewer).get("/account/"))
    assert f"E-mail address {viewer.email}" in said
    assert f"Viewer of {subscription.name}" in said
    assert "Off. Switch TOTP on" in said
    assert browse(None).get("/account/")["Location"] == "/sign-in/?next=/account/"


def test_sessions_say_where_from_and_which_is_this(owner: User) -> None:
    first = signed_in(owner)
    signed_in(owner, EDGE, "2001:db8::7")
    said = words(first.get("/account/"))
    assert "Firefox on Linux This browser 192.0.2.7" in said
    assert "Edge on Windows 2001:db8::7" in said
    key = first.cookies[settings.SESSION_COOKIE_NAME].value
    assert key not in first.get("/account/").content.decode()


def test_one_browser_is_signed_out_from_its_next_request_on(owner: User) -> None:
    first, second, third = signed_in(owner), signed_in(owner, EDGE), signed_in(owner, EDGE)
    page = markup(first.get("/account/"))
    ends = re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', page)
    assert len(ends) == 2
    done = first.post(ends[0], follow=True)
    assert "That browser is signed out." in words(done)
    assert sorted([is_signed_in(second), is_signed_in(third)]) == [False, True]
    assert is_signed_in(first)
    assert "was signed out already" in words(first.post(ends[0], follow=True))


def test_all_others_are_signed_out(owner: User, viewer: User) -> None:
    first, second, colleague = signed_in(owner), signed_in(owner), signed_in(viewer)
    assert "All your other browsers are signed out." in words(first.post("/account/sessions/end-others", follow=True))
    assert (is_signed_in(first), is_signed_in(second), is_signed_in(colleague)) == (True, False, True)
    assert "Sign out everywhere else" not in words(first.get("/account/"))


def test_somebody_elses_session_is_like_none(owner: User, viewer: User) -> None:
    client, colleague = signed_in(owner), signed_in(viewer)
    foreign = BrowserSession.objects.get(user=viewer).id
    said = [words(client.post(f"/account/sessions/{session_id}/end", follow=True)) for session_id in (foreign, uuid4())]
    assert said[0] == said[1]
    assert is_signed_in(colleague)


def test_an_ended_session_does_not_come_back(owner: User) -> None:
    client = signed_in(owner)
    session = client.session
    session["late"] = "write"
    BrowserSession.objects.filter(user=owner).delete()
    with pytest.raises(UpdateError):
        session.save()
    assert not BrowserSession.objects.filter(user=owner).exists()
    assert not is_signed_in(client)


def test_last_seen_is_noted_once_a_minute(owner: User) -> None:
    client = signed_in(owner)
    stored = BrowserSession.objects.filter(user=owner)
    fresh = stored.get().seen_at
    client.get("/account/")
    assert stored.get().seen_at == fresh
    stored.update(seen_at=timezone.now() - timedelta(minutes=2))
    client.get("/account/", REMOTE_ADDR="198.51.100.9")
    assert timezone.now() - stored.get().seen_at < timedelta(minutes=1)
    assert stored.get().address == "198.51.100.9"


def test_signing_in_gives_another_session_than_before(owner: User) -> None:
    client = Client(headers={"host": "localhost"})
    codes.protect(owner)
    client.post("/sign-in/", sign_in_form(owner.email))
    planted = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert BrowserSession.objects.get(session_key=planted).user_id is None
    client.post("/sign-in/code/", {"code": codes.app_shows(owner)})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert not BrowserSession.objects.filter(session_key=planted).exists()
    victim = Client(headers={"host": "localhost"})
    victim.cookies[settings.SESSION_COOKIE_NAME] = "planted0planted0planted0planted0"
    victim.post("/sign-in/", sign_in_form(owner.email))
    assert victim.cookies[settings.SESSION_COOKIE_NAME].value != "planted0planted0planted0planted0"


def test_the_password_is_changed_and_others_signed_out(owner: User) -> None:
    client, other = signed_in(owner), signed_in(owner)
    done = client.post("/account/password/", {"present": PASSWORD, "new": NEW}, follow=True)
    assert "The password is changed." in words(done)
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)
    assert User.objects.get(pk=owner.pk).check_password(NEW)


@pytest.mark.parametrize(
    ("present", "new", "said"),
    [
        ("wrong", NEW, "This is not your password."),
        ("", NEW, "Type your password."),
        (PASSWORD, "short", "at least 15 characters"),
        (PASSWORD, "", "at least 15 characters"),
        (PASSWORD, "passwordpassword1", "one of the first that somebody would guess"),
    ],
)
def test_a_password_that_is_not_changed_says_why(browse: Browse, owner: User, present: str, new: str, said: str) -> None:
    response = browse(owner).post("/account/password/", {"present": present, "new": new})
    assert response.status_code == 400
    assert said in words(response)
    assert PASSWORD not in response.content.decode()
    assert User.objects.get(pk=owner.pk).check_password(PASSWORD)


def test_totp_is_switched_on_and_signs_in_from_then_on(owner: User) -> None:
    client = signed_in(owner)
    page = client.get("/account/totp/on/")
    shown = re.search(r'<code id="totp-secret"[^>]*>([A-Z2-7 ]+)</code>', page.content.decode())
    assert shown
    secret = shown[1].replace(" ", "")
    assert "<svg" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert secret not in str(dict(client.session))
    wrong = client.post("/account/totp/on/", {"code": "000000"})
    assert (wrong.status_code, "This code does not fit." in words(wrong)) == (400, True)
    assert shown[1] in wrong.content.decode()
    done = client.post("/account/totp/on/", {"code": codes.code_of(secret, -1)})
    shown_codes = re.findall(r"<code>(\d{5} \d{5})</code>", done.content.decode())
    assert len(shown_codes) == 10
    assert client.post("/account/totp/on/", {"code": codes.code_of(secret)})["Location"] == "/account/"
    assert "10 left." in words(client.get("/account/"))

    another = Client(headers={"host": "localhost"})
    asked = another.post("/sign-in/", sign_in_form(owner.email))
    assert asked["Location"] == "/sign-in/code/"
    assert another.get("/account/").status_code == 302
    assert another.post("/sign-in/code/", {"code": codes.code_of(secret)})["Location"] == "/"
    assert is_signed_in(another)
    third = Client(headers={"host": "localhost"})
    third.post("/sign-in/", sign_in_form(owner.email))
    replayed = third.post("/sign-in/code/", {"code": codes.code_of(secret)})
    assert "was used before" in words(replayed)
    assert third.post("/sign-in/code/", {"code": shown_codes[0]}).status_code == 302
    assert "9 left." in words(third.get("/account/"))


def test_the_code_page_is_for_who_has_typed_the_password(browse: Browse, owner: User) -> None:
    codes.protect(owner)
    assert browse(None).get("/sign-in/code/")["Location"] == "/sign-in/"
    assert browse(None).post("/sign-in/code/", {"code": codes.app_shows(owner)})["Location"] == "/sign-in/"


def test_codes_are_throttled_for_the_account_whatever_the_address(owner: User) -> None:
    codes.protect(owner)
    said = []
    for number in range(11):
        client = Client(headers={"host": "localhost"}, REMOTE_ADDR=f"192.0.2.{number}")
        client.post("/sign-in/", sign_in_form(owner.email))
        said.append(words(client.post("/sign-in/code/", {"code": "000000"})))
    assert "This code does not fit" in said[9]
    assert "Too many codes were wrong." in said[10]
    assert totp.use_code(owner, codes.app_shows(owner))


def test_totp_is_switched_off(browse: Browse, owner: User) -> None:
    codes.protect(owner)
    client = browse(owner)
    assert "Your password is too short" not in words(client.get("/account/totp/off/"))
    assert "TOTP is off." in words(client.post("/account/totp/off/", follow=True))
    assert not totp.has_totp(owner)
    assert client.post("/account/totp/off/")["Location"] == "/account/"
    assert client.get("/account/recovery-codes/")["Location"] == "/account/"


def test_a_short_password_has_to_grow_when_totp_goes(browse: Browse, owner: User) -> None:
    codes.protect(owner)
    change_password(owner, SHORT)
    client = browse(owner)
    assert "Your password is too short to be used alone" in words(client.get("/account/totp/off/"))
    for new in ("", SHORT, SHORT + "x"):
        refused = client.post("/account/totp/off/", {"new": new})
        assert (refused.status_code, "at least 15 characters" in words(refused)) == (400, True)
    assert totp.has_totp(owner)
    assert "TOTP is off." in words(client.post("/account/totp/off/", {"new": NEW}, follow=True))
    kept = User.objects.get(pk=owner.pk)
    assert (kept.check_password(NEW), kept.has_short_password, totp.has_totp(owner)) == (True, False, False)


def test_recovery_codes_are_shown_and_renewed(browse: Browse, owner: User) -> None:
    former = codes.protect(owner)
    client = browse(owner)
    shown = client.get("/account/recovery-codes/")
    assert f"{former[0][:5]} {former[0][5:]}" in words(shown)
    assert "no-store" in shown["Cache-Control"]
    renewed = words(client.post("/account/recovery-codes/"))
    assert former[0][:5] + " " + former[0][5:] not in renewed
    assert "former ones no longer work" in renewed


def test_what_people_change_of_their_account_is_logged_wherever_they_belong(
    browse: Browse, owner: User, subscription: Subscription, other_subscription: Subscription
) -> None:
    grant_role(other_subscription, owner, Role.VIEWER, actor=OPERATOR)
    codes.protect(owner)
    client = browse(owner)
    client.post("/account/password/", {"present": PASSWORD, "new": "short"})
    client.post("/account/password/", {"present": PASSWORD, "new": NEW})
    client.post("/account/recovery-codes/")
    client.post("/account/totp/off/")
    for one in (subscription, other_subscription):
        logged = query(one, "SELECT action, actor_kind FROM audit_event WHERE action LIKE 'person.%%' ORDER BY number")
        assert logged == [
            ("person.password-changed", "person"),
            ("person.recovery-codes-renewed", "person"),
            ("person.totp-off", "person"),
        ]
    said = words(client.get(f"/subscriptions/{subscription.id}/audit/"))
    assert f"Changed the own password: {owner.email}" in said


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E Safari/604",
            "Safari on iPhone",
        ),
        ("curl/8.0", "curl/8.0"),
        ("", "Unknown browser"),
        ("<b>" + "x" * 500, "<b>" + "x" * 57),
    ],
)
def test_browsers_are_called_as_people_know_them(user_agent: str, expected: str) -> None:
    assert browser_words(user_agent) == expected


def test_a_hostile_browser_name_is_only_text(owner: User) -> None:
    page = signed_in(owner, "<script>alert(1)</script>" + "x" * 4000).get("/account/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_whoever_waits_for_a_code_begins_anew_when_totp_or_password_was_reset(owner: User) -> None:
    codes.protect(owner)
    for reset in (lambda: Authenticator.objects.filter(user=owner).delete(), lambda: change_password(owner, NEW)):
        client = signed_in(owner)
        assert client.get("/sign-in/")["Location"] == "/sign-in/code/"
        reset()
        assert client.post("/sign-in/code/", {"code": "123456"})["Location"] == "/sign-in/"
        page = client.get("/sign-in/")
        assert (page.status_code, is_signed_in(client)) == (200, False)
        if not totp.has_totp(owner):
            codes.protect(owner)


def test_whoever_waits_for_a_code_may_sign_in_as_somebody_else(owner: User, viewer: User) -> None:
    codes.protect(owner)
    client = signed_in(owner)
    assert "Use another account" in words(client.get("/sign-in/code/"))
    assert client.post("/sign-in/code/", {"again": "1"})["Location"] == "/sign-in/"
    assert client.post("/sign-in/", sign_in_form(viewer.email))["Location"] == "/"
    assert viewer.email in words(client.get("/account/"))


def test_the_browser_stays_known_when_the_password_is_changed(owner: User) -> None:
    client = signed_in(owner)
    sent = {"present": PASSWORD, "new": NEW}
    client.post("/account/password/", sent)
    assert is_signed_in(client)
    assert "Firefox on Linux This browser 192.0.2.7" in words(client.get("/account/"))


def test_sessions_that_have_ended_by_themselves_are_forgotten(owner: User, viewer: User) -> None:
    signed_in(owner)
    BrowserSession.objects.filter(user=owner).update(expire_date=timezone.now() - timedelta(days=1))
    signed_in(viewer)
    assert not BrowserSession.objects.filter(user=owner).exists()
