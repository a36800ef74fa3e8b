"""Headers that every answer carries."""

from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings

from tallybook.web.headers import ResponseHeaders


def answered(public_url: str, **headers: str) -> HttpResponse:
    with override_settings(INSTALLATION=SimpleNamespace(public_url=public_url)):
        response = ResponseHeaders(lambda _request: HttpResponse("x", headers=headers))(HttpRequest())
    assert isinstance(response, HttpResponse)
    return response


@pytest.mark.parametrize(
    ("public_url", "sent"),
    [("https://tallybook.example.com", "max-age=31536000"), ("http://localhost:8000", None)],
)
def test_https_is_made_binding_where_it_is_public(public_url: str, sent: str | None) -> None:
    response = answered(public_url)
    assert response.get("Strict-Transport-Security") == sent
    assert response["Cache-Control"] == "no-store"


def test_what_a_view_says_stays() -> None:
    response = answered("https://tallybook.example.com", **{"Cache-Control": "max-age=60"})
    assert response["Cache-Control"] == "max-age=60"
    assert "geolocation=()" in response["Permissions-Policy"]
