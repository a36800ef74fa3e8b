"""A person's own account: how they sign in, and where they are signed in."""

from uuid import UUID

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tallybook.console.account_page import DONE, read_account_page
from tallybook.console.addresses import done_at
from tallybook.console.methods import require_form_methods
from tallybook.console.navigation import actor_of, person
from tallybook.console.step_up import problem_of_password
from tallybook.errors import Refused
from tallybook.subscriptions import own_account
from tallybook.subscriptions.models import User
from tallybook.subscriptions.passwords import LEAST_CHARACTERS, LEAST_CHARACTERS_WITH_TOTP
from tallybook.subscriptions.sessions import end_session, end_sessions
from tallybook.subscriptions.totp import has_totp


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    page = read_account_page(person(request), request.session.session_key)
    return render(request, "console/account.html", {"page": page, "notice": DONE.get(request.GET.get("done", ""))})


@require_form_methods
def password(request: HttpRequest) -> HttpResponse:
    """Another password; the present one is the proof, however lately the person signed in."""
    user = person(request)
    present_problem = new_problem = None
    if request.method == "POST":
        present_problem = problem_of_password(request, user, request.POST.get("present", ""))
        if present_problem is None:
            new_problem = change_own_password(request, user, request.POST.get("new", ""))
            if new_problem is None:
                return done("password")
    context = {
        "present_problem": present_problem,
        "new_problem": new_problem,
        "least": LEAST_CHARACTERS_WITH_TOTP if has_totp(user) else LEAST_CHARACTERS,
    }
    return render(request, "console/account_password.html", context, status=400 if present_problem or new_problem else 200)


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    end_sessions(person(request), but=request.session.session_key)
    return done("others-ended")


@require_POST
def end_one(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Somebody else's session sounds like one that has ended already."""
    return done("ended" if end_session(person(request), session_id) else "ended-already")


def change_own_password(request: HttpRequest, user: User, new: str) -> str | None:
    """Change the password of whoever is signed in, and sign out all their other browsers.

    Returns:
        What is wrong with it, if anything.
    """
    try:
        own_account.change_own_password(user, new, kept_session=request.session.session_key, actor=actor_of(request))
    except Refused as refused:
        return str(refused)
    update_session_auth_hash(request, user)
    return None


def done(what: str) -> HttpResponse:
    """Back to the account's page, which says what was done."""
    return done_at("console:account", done=what)
