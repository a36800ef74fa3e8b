"""Step-up: what is dangerous asks again who is there, if that was last shown too long ago.

A page that begins something dangerous is left for the page Confirm, and comes back. A form that arrives too late is answered
with the same page, which holds all that was sent, and sends it again together with the password: nothing that was typed is
lost, and nothing is kept on the server meanwhile. What was sent as a proof is checked before the view, outside of its
transaction, since attempts count and codes are used up whatever becomes of the view.
"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tallybook.console.methods import require_form_methods
from tallybook.console.navigation import person
from tallybook.console.seeing import PROVED_AT
from tallybook.subscriptions.models import User
from tallybook.subscriptions.totp import has_totp, use_code

PROOF_HOLDS_SECONDS = 15 * 60
PASSWORD, CODE = "proof_password", "proof_code"
NEXT = "next"
TOO_MANY = "Too many attempts failed. Wait a quarter of an hour, then try again."
# A new password is typed again rather than written into a page.
_NOT_SENT_AGAIN = (PASSWORD, CODE, "new", "csrfmiddlewaretoken")


class ProofNeeded(Exception):
    """Leaves a view that asks for a fresh proof; see `StepUp`."""


def require_proof(request: HttpRequest) -> None:
    """Call where the person's role is known, before anything is changed or shown.

    Raises:
        ProofNeeded: who is there was last shown too long ago.
    """
    if not _is_proved(request):
        raise ProofNeeded


class StepUp:
    """Middleware: checks a proof that was sent, and asks for one that is needed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:  # noqa: ANN401 - what Django passes
        if request.method == "POST" and (PASSWORD in request.POST or CODE in request.POST) and not _is_proved(request):
            request.proof_problem = _problem_of_proof(request)  # type: ignore[attr-defined] # it goes with this request

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ProofNeeded):
            return None
        if request.method == "POST":
            sent = [(name, value) for name, values in request.POST.lists() if name not in _NOT_SENT_AGAIN for value in values]
            return _confirm_page(request, request.get_full_path(), sent, status=403)
        return redirect(f"{reverse('console:confirm')}?{urlencode({NEXT: request.get_full_path()})}")


@require_form_methods
def confirm(request: HttpRequest) -> HttpResponse:
    """The page Confirm on the way to another page."""
    wanted = (request.POST if request.method == "POST" else request.GET).get(NEXT, "")
    # Only paths of this console, so that the page leads nowhere else.
    target = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else reverse("console:home")
    if _is_proved(request):
        return redirect(target)
    status = 400 if request.method == "POST" else 200
    return _confirm_page(request, reverse("console:confirm"), [(NEXT, target)], status=status)


def _confirm_page(request: HttpRequest, action: str, sent: list[tuple[str, str]], *, status: int) -> HttpResponse:
    context = {
        "action": action,
        "sent": sent,
        "keeps_form": action != reverse("console:confirm"),
        "problem": getattr(request, "proof_problem", None),
        "has_totp": has_totp(person(request)),
    }
    return render(request, "console/confirm.html", context, status=status)


def _is_proved(request: HttpRequest) -> bool:
    proved_at = request.session.get(PROVED_AT)
    return isinstance(proved_at, float) and 0 <= time.time() - proved_at < PROOF_HOLDS_SECONDS


def _problem_of_proof(request: HttpRequest) -> str | None:
    """What is wrong with the proof that was sent; None if the person has shown who they are, which is noted."""
    user = request.user
    if not isinstance(user, User):
        return None
    problem = problem_of_password(request, user, request.POST.get(PASSWORD, ""), code=request.POST.get(CODE, ""))
    if problem is None:
        request.session[PROVED_AT] = time.time()
    return problem


def problem_of_password(request: HttpRequest, user: User, password: str, *, code: str = "") -> str | None:
    """What is wrong with a password (or, in its place, a code) of whoever is signed in; None if it is theirs.

    Call it outside of the transaction of what it is asked for.
    """
    if not password and not code:
        return "Type your password."
    if not ratelimit.consume(request, action="proof_failed", user=user):
        return TOO_MANY
    if not (user.check_password(password) if password else use_code(user, code)):
        return "This is not your password. Type it again." if password else "This code does not fit, or was used before."
    ratelimit.clear(request, action="proof_failed", user=user)
    return None
