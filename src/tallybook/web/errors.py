"""Errors as pages: one template for all of them, in the frame of every other page."""

from collections.abc import Callable
from typing import NamedTuple

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string

from tallybook.errors import DatabaseUnavailable, NotAllowed, NotFound, NotNow, TallybookError
from tallybook.web.problems import API_PATH, CONTENT_TYPE, general_problem


class _Kind(NamedTuple):
    status: int
    title: str


_BAD = _Kind(400, "That cannot be done")
_FORBIDDEN = _Kind(403, "Not allowed")
_MISSING = _Kind(404, "Not found")
_UNAVAILABLE = _Kind(503, "Out of service")
_LATER = _Kind(503, "Not now")


class ErrorPages:
    """Middleware: an error of the program's own that leaves a view becomes a page with its message."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.status_code == 405:  # noqa: PLR2004 - Django's own answer to a wrong method has no text
            return _refuse_method(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django with whatever a view raises."""
        return error_answer(request, error) if isinstance(error, (TallybookError, OperationalError)) else None


def error_answer(request: HttpRequest, error: TallybookError | OperationalError) -> HttpResponse:
    """What an error of the program's own, or a lost database, is told as."""
    if isinstance(error, NotFound):
        return error_page(request, _MISSING, str(error))
    if isinstance(error, NotAllowed):
        return error_page(request, _FORBIDDEN, str(error))
    if isinstance(error, (DatabaseUnavailable, OperationalError)):
        return error_page(request, _UNAVAILABLE, "The database does not answer. Try again in a minute.", framed=False)
    return error_page(request, _LATER if isinstance(error, NotNow) else _BAD, str(error))


def error_page(request: HttpRequest, kind: _Kind, sentence: str, *, framed: bool = True) -> HttpResponse:
    """A page that says what is wrong. Not framed, it does without the menu, which asks the database.

    Programs get problem details.
    """
    if request.path.startswith(API_PATH):
        return general_problem(kind.status, sentence)
    context = {"title": kind.title, "sentence": sentence, "framed": framed and hasattr(request, "user")}
    return render(request, "console/error.html", context, status=kind.status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it by this name
    # Also raised by a host name that is not ours, and then before anybody's session was looked up.
    return error_page(request, _BAD, "The address or the form that was sent cannot be read.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it by this name
    return error_page(request, _FORBIDDEN, "You may not do this here.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it by this name
    return error_page(request, _MISSING, "There is no such page.")


def too_many(request: HttpRequest) -> HttpResponse:
    return error_page(request, _Kind(429, "Too many attempts"), "Wait a minute, then try again.")


def file_too_large(request: HttpRequest, most_megabytes: int) -> HttpResponse:
    """The file is not read: not framed, so that the answer is there before whoever sends it gives up."""
    sentence = f"A file that is sent may have {most_megabytes:,} MB. Cut it, or let the operator import it by command."
    return error_page(request, _Kind(413, "The file is too large"), sentence, framed=False)


def broken(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: what failed may be what the frame needs."""
    sentence = "Something went wrong on this server, and its log says what. Nothing was changed by this page."
    if request.path.startswith(API_PATH):
        return general_problem(500, sentence)
    page = render_to_string("console/error.html", {"title": "Server error", "sentence": sentence, "framed": False})
    return HttpResponse(page, status=500)


def form_expired(request: HttpRequest, **_reason: object) -> HttpResponse:
    """A form whose token does not fit: an old page, a second sign-in, or a form of another site."""
    sentence = "This page was open for too long, or somebody signed in or out meanwhile. Go back, reload it, and try again."
    return error_page(request, _Kind(403, "The form has expired"), sentence)


def _refuse_method(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.headers.get("Content-Type") == CONTENT_TYPE:
        return response
    page = error_page(request, _Kind(405, "Not that way"), "This address cannot be used with this method.")
    page["Allow"] = response["Allow"]
    return page
