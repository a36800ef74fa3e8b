"""The page of an invitation's link, for whoever brings it: with an account or without one."""

from uuid import UUID

from allauth.core import ratelimit
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tallybook.console.methods import require_form_methods
from tallybook.console.sign_in import BACKEND
from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.access import memberships_of
from tallybook.subscriptions.invitations import accept_as_new_person, accept_invitation, find_invitation
from tallybook.subscriptions.models import Invitation, User
from tallybook.subscriptions.passwords import LEAST_CHARACTERS
from tallybook.web.client_address import address_text
from tallybook.web.errors import too_many


@login_not_required
@require_form_methods
def invitation(request: HttpRequest, subscription_id: UUID, secret: str) -> HttpResponse:
    """A link that does not hold is answered with 404, whatever the reason."""
    if not ratelimit.consume(request, action="invitation"):
        return too_many(request)
    try:
        invited = find_invitation(subscription_id, secret)
        if request.method != "POST":
            return _page(request, invited)
        _accept(request, subscription_id, secret)
    except NotFound:
        # Who clicks twice is where they wanted to be.
        if not _has_role(request, subscription_id):
            raise
    except Refused as refused:
        return _page(request, invited, str(refused))
    return redirect("console:overview", subscription_id)


def _accept(request: HttpRequest, subscription_id: UUID, secret: str) -> None:
    if isinstance(request.user, User):
        accept_invitation(subscription_id, secret, request.user, address=address_text(request))
        return
    user = accept_as_new_person(subscription_id, secret, request.POST.get("new", ""), address=address_text(request))
    login(request, user, backend=BACKEND)
    # As after any other sign-in: until the browser is closed.
    request.session.set_expiry(0)


def _has_role(request: HttpRequest, subscription_id: UUID) -> bool:
    user = request.user
    return isinstance(user, User) and any(one.subscription_id == subscription_id for one in memberships_of(user))


def _page(request: HttpRequest, invited: Invitation, problem: str | None = None) -> HttpResponse:
    context = {
        "invitation": invited,
        "is_somebody_else": isinstance(request.user, User) and request.user.email != invited.email,
        "least": LEAST_CHARACTERS,
        "problem": problem,
    }
    return render(request, "console/invitation.html", context, status=400 if problem else 200)
