"""People of a subscription, for its owners: the list, invitations, roles and removing. What changes asks first who is there."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tallybook.console.addresses import done_at
from tallybook.console.methods import require_form_methods
from tallybook.console.navigation import actor_of, person
from tallybook.console.people_page import DONE, ROLE_WORDS, read_people_page
from tallybook.console.step_up import require_proof
from tallybook.console.wording import local_time
from tallybook.errors import Refused
from tallybook.subscriptions import changing_roles, invitations
from tallybook.subscriptions.access import MANAGES_ROLES, entered_by
from tallybook.subscriptions.models import Membership, Role
from tallybook.subscriptions.people import find_person


@require_safe
def people(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id, roles=MANAGES_ROLES) as membership:
        page = read_people_page(membership, request.GET)
    return render(request, "console/people.html", {"page": page, "notice": DONE.get(request.GET.get("done", ""))})


@require_form_methods
def invite(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """The form; posted, the link of the invitation, shown once."""
    problem = None
    with entered_by(person(request), subscription_id, roles=MANAGES_ROLES) as membership:
        require_proof(request)
        if request.method == "POST":
            try:
                return _link_page(request, membership, _invite(request, membership))
            except Refused as refused:
                problem = str(refused)
    context = {
        "subscription": membership.subscription,
        "roles": _role_options(_sent_role(request)),
        "email": request.POST.get("email", ""),
        "problem": problem,
    }
    return render(request, "console/invite.html", context, status=400 if problem else 200)


def _invite(request: HttpRequest, membership: Membership) -> invitations.Invited:
    role, email = _sent_role(request), request.POST.get("email", "")
    if role is None:
        raise Refused("Choose a role.")
    return invitations.invite(membership.subscription, email, role, by=person(request), actor=actor_of(request))


def _link_page(request: HttpRequest, membership: Membership, invited: invitations.Invited) -> HttpResponse:
    path = reverse("console:invitation", args=[membership.subscription_id, invited.secret])
    context = {
        "subscription": membership.subscription,
        "invitation": invited.invitation,
        "link": settings.INSTALLATION.public_url + path,
        "expires": local_time(invited.invitation.expires_at, membership.subscription.zone),
    }
    return render(request, "console/invitation_link.html", context)


@require_POST
def revoke(request: HttpRequest, subscription_id: UUID, invitation_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id, roles=MANAGES_ROLES) as membership:
        invitations.revoke_invitation(membership.subscription, invitation_id, actor=actor_of(request))
    return _done(subscription_id, "revoked")


@require_form_methods
def change_role(request: HttpRequest, subscription_id: UUID, user_id: UUID) -> HttpResponse:
    problem = None
    with entered_by(person(request), subscription_id, roles=MANAGES_ROLES) as membership:
        found = find_person(membership.subscription, user_id)
        require_proof(request)
        role = _sent_role(request) or Role(found.role)
        if request.method == "POST":
            try:
                changed = changing_roles.change_role(membership.subscription, user_id, role, actor=actor_of(request))
                if user_id == person(request).id and role is not Role.OWNER:
                    # Whoever is no owner any more may not see the list.
                    return redirect("console:home")
                return _done(subscription_id, "role" if changed else "role-same")
            except Refused as refused:
                problem = str(refused)
    about = {"subscription": membership.subscription, "found": found, "problem": problem, "roles": _role_options(role)}
    return _person_page(request, "console/person_role.html", about)


@require_form_methods
def remove(request: HttpRequest, subscription_id: UUID, user_id: UUID) -> HttpResponse:
    """The question; posted, the end of the person's part in the subscription."""
    user, problem = person(request), None
    with entered_by(user, subscription_id, roles=MANAGES_ROLES) as membership:
        found = find_person(membership.subscription, user_id)
        require_proof(request)
        if request.method == "POST":
            try:
                changing_roles.remove_person(membership.subscription, user_id, actor=actor_of(request))
                # Whoever has left may not see the list any more.
                return redirect("console:home") if user_id == user.id else _done(subscription_id, "removed")
            except Refused as refused:
                problem = str(refused)
    about = {"subscription": membership.subscription, "found": found, "problem": problem}
    return _person_page(request, "console/person_remove.html", about)


def _person_page(request: HttpRequest, template: str, about: dict[str, Any]) -> HttpResponse:
    return render(request, template, about, status=409 if about["problem"] else 200)


def _sent_role(request: HttpRequest) -> Role | None:
    sent = request.POST.get("role", "")
    return Role(sent) if sent in Role else None


def _role_options(picked: Role | None) -> list[dict[str, object]]:
    return [{"value": str(role), "label": role.label, "may_do": ROLE_WORDS[role], "is_picked": role == picked} for role in Role]


def _done(subscription_id: UUID, what: str) -> HttpResponse:
    """Back to the list, which says what was done."""
    return done_at("console:people", subscription_id, done=what)
