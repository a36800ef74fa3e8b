"""Pausing, resuming, rotating and revoking a report link from its page."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from tallybook.console.link_page import KeyStep, LinkPage, read_link, read_link_page
from tallybook.console.link_requests import done, sent_revision
from tallybook.console.methods import require_form_methods
from tallybook.console.navigation import actor_of, person
from tallybook.console.step_up import require_proof
from tallybook.errors import Refused
from tallybook.links import links
from tallybook.links.links import LONGEST_OVERLAP
from tallybook.subscriptions.access import CHANGES_LINKS, entered_by

OVERLAP_DAYS = tuple(range(LONGEST_OVERLAP.days + 1))


@require_POST
def pause(request: HttpRequest, subscription_id: UUID, link_id: UUID) -> HttpResponse:
    return _set_paused(request, subscription_id, link_id, links.pause_link, "paused")


@require_POST
def resume(request: HttpRequest, subscription_id: UUID, link_id: UUID) -> HttpResponse:
    # Callers are let in again; pausing is for haste, and asks nothing.
    with entered_by(person(request), subscription_id, roles=CHANGES_LINKS) as membership:
        links.find_link(membership.subscription, link_id)
        require_proof(request)
    return _set_paused(request, subscription_id, link_id, links.resume_link, "resumed")


def _set_paused(
    request: HttpRequest, subscription_id: UUID, link_id: UUID, change: Callable[..., links.Link], what: str
) -> HttpResponse:
    with entered_by(person(request), subscription_id, roles=CHANGES_LINKS) as membership:
        link = links.find_link(membership.subscription, link_id, to_change=True)
        before = link.gate.paused_at
        try:
            after = change(membership.subscription, link_id, actor=actor_of(request)).gate.paused_at
        except Refused as refused:
            page = read_link_page(membership, link_id, request.GET)
            return _told(request, page, str(refused))
    return done(subscription_id, link_id, what if before != after else f"{what}-already")


@require_form_methods
def rotate(request: HttpRequest, subscription_id: UUID, link_id: UUID) -> HttpResponse:
    """The question how long the former key goes on; posted, the new key."""
    with entered_by(person(request), subscription_id, roles=CHANGES_LINKS) as membership:
        link = links.find_link(membership.subscription, link_id, to_change=request.method == "POST")
        require_proof(request)
        problem = None
        if request.method == "POST":
            problem = _hindrance(request, link)
            if problem is None:
                overlap = timedelta(days=int(request.POST["overlap"]))
                actor = actor_of(request)
                _, key = links.rotate_key(membership.subscription, link_id, overlap=overlap, actor=actor)
                step = KeyStep(link=read_link(membership, link_id), key=key, is_new=False)
                return render(request, "console/link_key.html", {"step": step, "link": step.link})
        page = read_link_page(membership, link_id, request.GET)
    context = {
        "page": page,
        "link": page.link,
        "days": OVERLAP_DAYS,
        "problem": problem,
        "chosen": request.POST.get("overlap", "1"),
    }
    return render(request, "console/link_rotate.html", context, status=409 if problem else 200)


def _hindrance(request: HttpRequest, link: links.Link) -> str | None:
    if link.gate.revoked_at is not None:
        return "This link was revoked, which is for good. Make a new one."
    if request.POST.get("overlap") not in {str(days) for days in OVERLAP_DAYS}:
        return f"Choose for how many days the former key goes on: 0 to {LONGEST_OVERLAP.days}."
    if sent_revision(request) != link.gate.revision:
        # A page that is sent a second time would end the key that it showed the first time.
        return (
            "This link was changed after you opened this page, perhaps by a new key that was shown already. Look at its keys, "
            "and rotate again if you still want to."
        )
    return None


@require_form_methods
def revoke(request: HttpRequest, subscription_id: UUID, link_id: UUID) -> HttpResponse:
    """The question, with the link's name to type; posted, the end of the link."""
    typed = request.POST.get("name", "")
    with entered_by(person(request), subscription_id, roles=CHANGES_LINKS) as membership:
        link = links.find_link(membership.subscription, link_id, to_change=request.method == "POST")
        require_proof(request)
        is_right = typed.strip() == link.saved.name
        if request.method == "POST" and (link.gate.revoked_at is not None or is_right):
            what = "revoked" if link.gate.revoked_at is None else "revoked-already"
            links.revoke_link(membership.subscription, link_id, actor=actor_of(request))
            return done(subscription_id, link_id, what)
        page = read_link_page(membership, link_id, request.GET)
    is_wrong = request.method == "POST"
    context = {"page": page, "link": page.link, "typed": typed, "is_wrong": is_wrong}
    return render(request, "console/link_revoke.html", context, status=400 if is_wrong else 200)


def _told(request: HttpRequest, page: LinkPage, problem: str) -> HttpResponse:
    return render(request, "console/link.html", {"page": page, "link": page.link, "problem": problem}, status=409)
