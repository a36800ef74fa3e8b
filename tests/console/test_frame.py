"""What every page has: the menu, the headers, and errors in the same frame."""

from uuid import uuid4

import pytest
from django.test import Client
from tests.bookkeeping import OPERATOR
from tests.conftest import PASSWORD
from tests.console.cast import Browse, page_address, words

from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role


@pytest.mark.parametrize("address", ["usage/", "usage/export/", "no-such-page/"])
def test_the_menu_is_on_every_page(browse: Browse, viewer: User, subscription: Subscription, address: str) -> None:
    response = browse(viewer).get(f"/subscriptions/{subscription.id}/{address}")
    said = words(response)
    assert "Overview Customers Subscription Billing Usage Details Billed Users Shared API Links Administration Imports" in said
    assert subscription.name in said
    assert viewer.email in said
    assert "Sign out" in said
    assert f'href="{page_address(subscription)}"' in response.content.decode()


def test_the_menu_shows_where_one_is(browse: Browse, viewer: User, subscription: Subscription) -> None:
    client = browse(viewer)
    assert client.get(page_address(subscription)).content.decode().count('aria-current="page"') == 1
    assert client.get("/sign-out/").content.decode().count("aria-current") == 0


def test_several_subscriptions_can_be_switched(
    browse: Browse, viewer: User, subscription: Subscription, other_subscription: Subscription
) -> None:
    grant_role(other_subscription, viewer, Role.BILLING, actor=OPERATOR)
    page = browse(viewer).get(page_address(other_subscription)).content.decode()
    assert f'href="/subscriptions/{subscription.id}/overview/"' in page
    assert other_subscription.name in page
    assert page.count("<summary>") == 1


def test_who_has_no_subscription_is_told_so(browse: Browse) -> None:
    somebody = create_user(f"{uuid4()}@msp.example", PASSWORD)
    response = browse(somebody).get("/")
    assert response.status_code == 200
    assert "No subscription yet" in words(response)
    assert somebody.email in words(response)


def test_home_is_for_people_who_are_signed_in(browse: Browse, owner: User) -> None:
    assert browse(None).get("/")["Location"] == "/sign-in/?next=/"
    assert browse(owner).post("/").status_code == 405


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/healthz", "/no-such-page", "/static/console/console.css"])
def test_every_answer_carries_the_headers(browse: Browse, address: str) -> None:
    response = browse(None).get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in response
    response.close()


def test_pages_are_not_kept_and_static_files_are(browse: Browse, owner: User, subscription: Subscription) -> None:
    client = browse(owner)
    assert "no-store" in client.get(page_address(subscription))["Cache-Control"]
    style = client.get("/static/console/console.css")
    assert "max-age" in style["Cache-Control"]
    style.close()


def test_no_page_has_anything_inline(browse: Browse, owner: User, subscription: Subscription) -> None:
    client = browse(owner)
    for address in (page_address(subscription), page_address(subscription, "export/"), "/sign-in/", "/nothing"):
        page = client.get(address).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        assert " onclick" not in page


def test_a_missing_page_is_said_in_the_frame(browse: Browse, owner: User) -> None:
    for user in (None, owner):
        response = browse(user).get("/nothing/here")
        assert response.status_code == 404
        assert "<title>Not found · Tallybook</title>" in response.content.decode()
        assert "There is no such page." in words(response)


def test_a_foreign_host_name_is_refused_in_the_frame() -> None:
    response = Client(headers={"host": "evil.example"}).get("/")
    assert response.status_code == 400
    assert "cannot be read" in words(response)


def test_an_error_of_ours_is_a_page_without_details(
    browse: Browse, owner: User, subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallybook.console.views.read_usage_page", _broken)
    client = browse(owner)
    client.raise_request_exception = False
    response = client.get(page_address(subscription))
    assert response.status_code == 500
    assert "Something went wrong on this server" in words(response)
    assert "secret detail" not in response.content.decode()


def _broken(*_arguments: object) -> None:
    raise RuntimeError("secret detail")


def test_the_favicon_is_there_for_who_asks_by_habit(browse: Browse, owner: User) -> None:
    for user in (None, owner):
        asked = browse(user).get("/favicon.ico")
        assert (asked.status_code, asked["Location"]) == (302, "/static/console/favicon.svg")
    icon = browse(None).get("/static/console/favicon.svg")
    assert icon["Content-Type"] == "image/svg+xml"
    icon.close()


def test_cookies_are_bound_to_this_host(browse: Browse) -> None:
    cookie = browse(None).get("/sign-in/").cookies["__Host-csrf"]
    assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["httponly"]) == (True, "/", "", True)
