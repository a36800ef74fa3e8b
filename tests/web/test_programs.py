"""Calls below /api/: problem details for every error, and nothing of sessions or sign-in."""

from uuid import uuid4

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client

from tallybook.errors import NotFound

_PATH = f"/api/v1/report-links/{uuid4()}"
_PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    "case",
    [
        ("/api/", "localhost", 404),
        ("/api/v1/nothing", "localhost", 404),
        (_PATH, "elsewhere.example", 400),
    ],
)
def test_errors_are_problem_details_and_cookies_play_no_part(case: tuple[str, str, int]) -> None:
    path, host, status = case
    response = Client().get(path, headers={"Host": host, "Cookie": "__Host-session=x"})
    assert (response.status_code, response["Content-Type"]) == (status, _PROBLEM)
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
    assert response["Content-Length"] == str(len(response.content))
    for name in (
        "Content-Security-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
        "X-Content-Type-Options",
        "X-Frame-Options",
    ):
        assert name in response
    assert not hasattr(response.wsgi_request, "session")


@pytest.mark.parametrize("case", [(NotFound("No."), 404), (OperationalError("db.internal"), 503), (ValueError("secret"), 500)])
def test_what_a_view_raises_is_told_as_a_problem(case: tuple[Exception, int], monkeypatch: pytest.MonkeyPatch) -> None:
    error, status = case

    def fail(_request: HttpRequest) -> None:
        raise error

    monkeypatch.setattr("tallybook.links.views.client_address", fail)
    response = Client(raise_request_exception=False).get(_PATH, headers={"Host": "localhost"})
    assert (response.status_code, response["Content-Type"]) == (status, _PROBLEM)
    assert "internal" not in response.content.decode()
    assert "secret" not in response.content.decode()


def test_pages_still_ask_for_a_sign_in() -> None:
    response = Client().get("/", headers={"Host": "localhost"})
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/sign-in/")
