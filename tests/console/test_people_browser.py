"""Accounts and people in Chromium: the first sign-in with TOTP, an invited viewer, signing out elsewhere, and step-up."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests import codes
from tests.bookkeeping import OPERATOR
from tests.console.browsing import Complaints, Open, fits, sign_in, visit
from tests.console.cast import Filled, page_address
from tests.console.link_cast import links_address, make_link
from tests.console.people_cast import people_address

from tallybook.console.seeing import PROVED_AT
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.invitations import invite
from tallybook.subscriptions.models import BrowserSession, Role, Subscription, User
from tallybook.subscriptions.sessions import SessionStore

SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["javascript", "no javascript"])
ERRORS = "the server responded with a status of 4"
PASSWORD = "four plain words together"


def long_after(user: User) -> None:
    """As if the last proof of each of the person's browsers were too long ago."""
    for stored in BrowserSession.objects.filter(user=user):
        session = SessionStore(stored.session_key)
        session[PROVED_AT] = 0.0
        session.save()


def another(browser: Browser, complaints: Complaints, *, scripted: bool = True) -> Page:
    """A browser in which nobody is signed in."""
    page = browser.new_context(locale="en-GB", java_script_enabled=scripted).new_page()
    page.set_default_timeout(15_000)
    complaints.listen(page)
    return page


def type_password(page: Page, address: str, email: str) -> None:
    """Up to the question for a code."""
    page.goto(address)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in/code/")


@SCRIPTED
def test_the_first_sign_in_with_totp(  # noqa: PLR0913, PLR0917 - fixtures
    open_page: Open,
    browser: Browser,
    address: str,
    owner: User,
    complaints: Complaints,
    scripted: bool,  # noqa: FBT001
) -> None:
    page = open_page("/account/", java_script_enabled=scripted)
    page.get_by_role("link", name="Switch TOTP on").click()
    secret = (page.locator("#totp-secret").text_content() or "").replace(" ", "")
    expect(page.get_by_role("img", name="1. Scan this with the app")).to_be_visible()
    page.get_by_label("2. Type the code that the app shows").fill(codes.code_of(secret, -1))
    page.get_by_role("button", name="Switch TOTP on").click()
    shown = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_text_contents()
    assert len(shown) == 10
    page.get_by_role("link", name="I have stored the codes").click()
    expect(page.get_by_text("10 left.")).to_be_visible()

    phone = another(browser, complaints, scripted=scripted)
    type_password(phone, f"{address}/account/", owner.email)
    expect(phone.get_by_label("Code of your authenticator app")).to_be_focused()
    phone.get_by_label("Code of your authenticator app").fill("000 000")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("This code does not fit")).to_be_visible()
    phone.get_by_label("Code of your authenticator app").fill(codes.code_of(secret))
    phone.get_by_role("button", name="Sign in").click()
    expect(phone.get_by_role("heading", name="Your account")).to_be_visible()
    phone.get_by_role("link", name="Show or renew").click()
    expect(phone.get_by_text(shown[0].strip())).to_be_visible()


@SCRIPTED
def test_a_viewer_is_invited(
    open_page: Open,
    browser: Browser,
    filled: Filled,
    complaints: Complaints,
    scripted: bool,  # noqa: FBT001
) -> None:
    page = open_page(page_address(filled.subscription), java_script_enabled=scripted)
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill(f"new.{filled.subscription.id}@msp.example")
    page.get_by_role("radio", name="Viewer").check()
    page.get_by_role("button", name="Make the invitation").click()
    link = page.locator("#invitation-link").text_content() or ""
    page.get_by_role("link", name="I have the link").click()
    expect(page.get_by_role("row", name=re.compile(rf"new\.{filled.subscription.id}.* Viewer"))).to_be_visible()

    somebody = another(browser, complaints, scripted=scripted)
    somebody.goto(link)
    expect(somebody.get_by_text(filled.subscription.name)).to_be_visible()
    somebody.get_by_label("Choose a password").fill(PASSWORD)
    somebody.get_by_role("button", name="Accept").click()
    expect(somebody.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    expect(somebody.get_by_role("link", name="People")).to_have_count(0)
    complaints.forgiven = ERRORS
    response = another(browser, complaints).goto(link)
    assert response is not None
    assert response.status == 404

    page.reload()
    expect(page.get_by_text("None is open.")).to_be_visible()
    page.get_by_role("link", name=f"Remove new.{filled.subscription.id}").click()
    page.get_by_role("button", name="Remove from this subscription").click()
    expect(page.get_by_role("status").filter(has_text="The person is removed")).to_be_visible()
    somebody.reload()
    expect(somebody.get_by_role("heading", name="Not found")).to_be_visible()


@SCRIPTED
def test_other_browsers_are_signed_out(  # noqa: PLR0913, PLR0917 - fixtures
    open_page: Open,
    browser: Browser,
    address: str,
    owner: User,
    complaints: Complaints,
    scripted: bool,  # noqa: FBT001
) -> None:
    page = open_page("/account/", java_script_enabled=scripted)
    others = [another(browser, complaints, scripted=scripted) for _ in range(3)]
    for other in others:
        sign_in(other, f"{address}/account/", owner.email)
    page.reload()
    expect(page.get_by_role("row", name=re.compile("This browser"))).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Sign out Chrome on Linux")).first.click()
    expect(page.get_by_role("status")).to_have_text("That browser is signed out.")
    expect(page.get_by_role("button", name=re.compile("^Sign out Chrome on Linux"))).to_have_count(2)
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_role("button", name=re.compile("^Sign out Chrome on Linux"))).to_have_count(0)
    for other in others:
        other.reload()
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


@SCRIPTED
def test_a_form_that_was_left_open_is_not_lost(
    open_page: Open,
    filled: Filled,
    owner: User,
    complaints: Complaints,
    scripted: bool,  # noqa: FBT001
) -> None:
    complaints.forgiven = ERRORS
    page = open_page(links_address(filled.subscription, "new/"), java_script_enabled=scripted)
    page.get_by_label("Name").fill("=1+1 <b>🦆")
    page.get_by_label("Anyone who has the key").check()
    long_after(owner)
    page.get_by_role("button", name="Create report link").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    page.get_by_label("Your password").fill("correct horse battery staple")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The key will not be shown again.")).to_be_visible()
    page.get_by_role("link", name="I have stored the key").click()
    expect(page.get_by_role("heading", name="=1+1 <b>🦆")).to_be_visible()
    long_after(owner)
    page.get_by_role("link", name="Rotate key").click()
    page.get_by_label("Your password").fill("correct horse battery staple")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Rotate key")).to_be_visible()


def test_every_page_fits_and_is_open_to_everybody(  # noqa: PLR0913, PLR0917 - fixtures
    open_page: Open,
    browser: Browser,
    address: str,
    subscription: Subscription,
    owner: User,
    viewer: User,
    complaints: Complaints,
) -> None:
    complaints.forgiven = ERRORS
    with subscription_scope(subscription.id):
        made = invite(subscription, f"{'long.' * 12}{viewer.id}@msp.example", Role.VIEWER, by=owner, actor=OPERATOR)
    page = open_page("/account/")
    for path in ("/account/", "/account/?done=password", "/account/password/", "/account/totp/on/"):
        visit(page, path)
    codes.protect(owner)
    for rest in ("", "?search=nobody", "?done=removed", "invite/", f"{viewer.id}/role/", f"{viewer.id}/remove/"):
        visit(page, people_address(subscription, rest))
    for path in ("/account/", "/account/totp/off/", "/account/recovery-codes/"):
        visit(page, path)
    page.goto(f"{address}{people_address(subscription, 'invite/')}")
    page.get_by_label("E-mail address").fill(viewer.email)
    page.get_by_role("radio", name="Viewer").check()
    page.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_role("alert")).to_be_visible()
    fits(page)
    page.get_by_label("E-mail address").fill(f"another.{viewer.id}@msp.example")
    page.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_text("The link will not be shown again.")).to_be_visible()
    fits(page)
    long_after(owner)
    link, _ = make_link(subscription)
    visit(page, links_address(subscription, f"{link.saved.id}/revoke/"))
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_be_visible()
    fits(page)

    guest = another(browser, complaints)
    guest.goto(f"{address}/invitations/{subscription.id}/{made.secret}/")
    fits(guest)
    guest.get_by_role("button", name="Accept").click()
    expect(guest.get_by_text("at least 15 characters")).to_be_visible()
    fits(guest)
    type_password(guest, f"{address}/account/", owner.email)
    guest.get_by_role("button", name="Sign in").click()
    expect(guest.get_by_text("Type the code that the app shows now")).to_be_visible()
    fits(guest)
