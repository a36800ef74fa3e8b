"""From where somebody is signed in: noted when they sign in, and while they are there."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tallybook.subscriptions.models import User
from tallybook.subscriptions.sessions import SessionStore, forget_expired, mark_seen
from tallybook.web.client_address import address_text

PROVED_AT = "proved_at"


class SeenBrowsers:
    """Middleware: whoever is signed in was seen now."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Without a database there are pages still: those that are open to everybody.
        with suppress(OperationalError):
            if isinstance(request.user, User) and isinstance(request.session, SessionStore):
                mark_seen(request.session, address_text(request))
        return self._get_response(request)


def note_sign_in(request: HttpRequest, **_signal: Any) -> None:  # noqa: ANN401 - what Django's signal brings
    """Receives `user_logged_in`, the one thing that all ways of signing in have in common."""
    request.session[PROVED_AT] = time.time()
    forget_expired()
    if isinstance(request.session, SessionStore):
        request.session.note(address_text(request), request.META.get("HTTP_USER_AGENT", ""))
