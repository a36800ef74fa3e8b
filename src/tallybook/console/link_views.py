"""Report links: the list, a link's page, and the two forms. Who may change them is asked at the door, at each request."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.console.link_form import LinkForm
from tallybook.console.link_form_data import new_link, saved_link
from tallybook.console.link_list import read_link_list
from tallybook.console.link_page import KeyStep, read_link, read_link_page
from tallybook.console.link_requests import CHANGED_MEANWHILE, done, sent_revision
from tallybook.console.link_wording import DONE
from tallybook.console.methods import require_form_methods
from tallybook.console.navigation import actor_of, person
from tallybook.console.step_up import require_proof
from tallybook.errors import Refused
from tallybook.links import links
from tallybook.links.describing import link_url
from tallybook.links.snippets import postman_collection
from tallybook.subscriptions.access import CHANGES_LINKS, entered_by
from tallybook.subscriptions.models import Membership
from tallybook.web.client_address import client_address


@require_safe
def link_list(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        page = read_link_list(membership.subscription, request.GET, may_change=membership.role in CHANGES_LINKS)
    return render(request, "console/links.html", {"page": page})


@require_safe
def link_page(request: HttpRequest, subscription_id: UUID, link_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        page = read_link_page(membership, link_id, request.GET)
    return render(
        request, "console/link.html", {"page": page, "link": page.link, "notice": DONE.get(request.GET.get("done", ""))}
    )


@require_safe
def postman(request: HttpRequest, subscription_id: UUID, link_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        link = links.find_link(membership.subscription, link_id)
    collection = postman_collection(link.saved.name, link_url(link_id))
    response = HttpResponse(collection, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="tallybook-{link_id}.postman_collection.json"'
    return response


@require_form_methods
def new(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """The form; posted with the id that it gave the link, it makes the link. What the export dialog posts only fills it in."""
    sent = request.POST if request.method == "POST" else request.GET
    problem = None
    with entered_by(person(request), subscription_id, roles=CHANGES_LINKS) as membership:
        require_proof(request)
        if "link_id" not in request.POST:
            form = LinkForm(membership.subscription, new_link(membership.subscription, sent))
            return _form_page(request, membership, form, at_first=True)
        form = LinkForm(membership.subscription, request.POST)
        if form.is_valid():
            try:
                step = _create(request, membership, form)
                return render(request, "console/link_key.html", {"step": step, "link": step.link})
            except Refused as refused:
                problem = str(refused)
    return _form_page(request, membership, form, problem=problem)


def _create(request: HttpRequest, membership: Membership, form: LinkForm) -> KeyStep:
    """The link with its key, made once: the same form sent again is refused."""
    link_id, actor = form.cleaned_data["link_id"], actor_of(request)
    link, key = links.create_link(membership.subscription, form.draft, actor=actor, link_id=link_id)
    return KeyStep(link=read_link(membership, link.saved.id), key=key, is_new=True)


@require_form_methods
def edit(request: HttpRequest, subscription_id: UUID, link_id: UUID) -> HttpResponse:
    problem = None
    with entered_by(person(request), subscription_id, roles=CHANGES_LINKS) as membership:
        # Locked while it is compared with what the person saw, so that of two who save at once the second hears of it.
        link = links.find_link(membership.subscription, link_id, to_change=request.method == "POST")
        require_proof(request)
        if request.method != "POST" or link.gate.revoked_at is not None:
            form = LinkForm(membership.subscription, saved_link(link), link)
            problem = "This link was revoked, which is for good. Make a new one." if link.gate.revoked_at else None
            return _form_page(request, membership, form, link=link, problem=problem, at_first=problem is None)
        form = LinkForm(membership.subscription, request.POST, link)
        if form.is_valid():
            if sent_revision(request) != link.gate.revision:
                problem, form = CHANGED_MEANWHILE, LinkForm(membership.subscription, _with_revision(request.POST, link), link)
            else:
                before = link.gate.revision
                links.change_link(membership.subscription, link_id, form.draft, actor=actor_of(request))
                after = links.find_link(membership.subscription, link_id).gate.revision
                return done(subscription_id, link_id, "changed" if after != before else "unchanged")
    return _form_page(request, membership, form, link=link, problem=problem)


def _with_revision(sent: QueryDict, link: links.Link) -> QueryDict:
    """What was typed, over the link as it is now: whoever has read the sentence may save it."""
    renewed = sent.copy()
    renewed["revision"] = str(link.gate.revision)
    return renewed


def _form_page(  # noqa: PLR0913 - what the page says
    request: HttpRequest,
    membership: Membership,
    form: LinkForm,
    *,
    link: links.Link | None = None,
    problem: str | None = None,
    at_first: bool = False,
) -> HttpResponse:
    status = 200 if at_first else 409 if problem else 400
    if at_first:
        # Nobody has sent it yet, so that nothing is missing in it.
        form.errors.clear()
    context = {
        "form": form,
        "values": form.values,
        "link": link,
        "problem": problem,
        "subscription": membership.subscription,
        "address": client_address(request),
    }
    return render(request, "console/link_form.html", context, status=status)
