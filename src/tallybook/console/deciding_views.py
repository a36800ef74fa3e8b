"""Deciding who is one person, and who is left off the bill."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tallybook.billing import deciding, excluding
from tallybook.billing.deciding import People
from tallybook.billing.excluding import Terms
from tallybook.billing.person_months import billed_identities
from tallybook.billing.suspects import Doubt
from tallybook.console.addresses import number_in, uuid_in
from tallybook.console.billed_person import chosen_product, whom_in
from tallybook.console.billed_views import person_page
from tallybook.console.deciding_wording import DONE
from tallybook.console.in_doubt_page import read_in_doubt_page
from tallybook.console.months import previous_month
from tallybook.console.navigation import actor_of, person
from tallybook.database.scope import snapshot_scope
from tallybook.errors import Refused
from tallybook.subscriptions.access import DECIDES_ABOUT_PEOPLE, entered_by, membership_of
from tallybook.subscriptions.customers import customer_by_id
from tallybook.subscriptions.models import Membership
from tallybook.usage.months import parse_month

_MOST_NUMBER = 2**31 - 1


@require_safe
def in_doubt(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    return _in_doubt_page(request, subscription_id)


def _in_doubt_page(request: HttpRequest, subscription_id: UUID, problem: str | None = None, status: int = 200) -> HttpResponse:
    membership = membership_of(person(request), subscription_id)
    # Two months and what was decided are read in one snapshot.
    with snapshot_scope(subscription_id):
        page = read_in_doubt_page(membership.subscription, request.GET)
    context = {
        "page": page,
        "month": page.of,
        "may_decide": membership.role in DECIDES_ABOUT_PEOPLE,
        "notice": DONE.get(request.GET.get("done", "")) if problem is None else None,
        "problem": problem,
    }
    return render(request, "console/in_doubt.html", context, status=status)


@require_POST
def decide(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    def change(membership: Membership) -> None:
        subscription = membership.subscription
        identities = tuple(dict.fromkeys(request.POST.getlist("identity")))
        # With all but one unticked it would be another question: who uses that address.
        if len(identities) < 2 and request.POST.get("about") != Doubt.SEVERAL_NAMES:  # noqa: PLR2004 - a pair
            raise Refused("Choose two or more of them.")
        people = People(
            customer=customer_by_id(subscription, uuid_in(request.POST.get("customer", ""))),
            organisation=request.POST.get("organisation", ""),
            identities=identities,
        )
        answer = request.POST.get("one", "")
        if answer not in ("yes", "no"):
            raise Refused("Say whether they are one person.")
        month = _month(request, membership)
        deciding.decide(subscription, people, month, is_one_person=answer == "yes", actor=actor_of(request))

    return _decided(request, subscription_id, change, "decided")


@require_POST
def undo(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    def change(membership: Membership) -> None:
        deciding.undo_decision(membership.subscription, _number(request), actor=actor_of(request))

    return _decided(request, subscription_id, change, "undone")


def _decided(request: HttpRequest, subscription_id: UUID, change: Callable[[Membership], None], done: str) -> HttpResponse:
    try:
        with entered_by(person(request), subscription_id, roles=DECIDES_ABOUT_PEOPLE) as membership:
            change(membership)
    except Refused as refused:
        return _in_doubt_page(request, subscription_id, str(refused), status=400)
    return _back(request, reverse("console:billed-in-doubt", args=[subscription_id]), done)


@require_POST
def exclude(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    try:
        with entered_by(person(request), subscription_id, roles=DECIDES_ABOUT_PEOPLE) as membership:
            subscription, month, whom = membership.subscription, _month(request, membership), whom_in(request.GET)
            customer = customer_by_id(subscription, customer_id)
            # The page may be that of a name, or of an address that several share: it is people who are left off.
            chosen = chosen_product(subscription, customer_id, month, request.GET)
            found = billed_identities(subscription, chosen, whom)
            people = People(customer=customer, organisation=whom.organisation, identities=found)
            reason, owner = (request.POST.get(name, "").strip() for name in ("reason", "owner"))
            terms = Terms(first_month=month, reason=reason, owner=owner)
            excluding.exclude(subscription, people, terms, actor=actor_of(request))
    except Refused as refused:
        return person_page(request, subscription_id, customer_id, str(refused), status=400)
    return _back(request, reverse("console:billed-person", args=[subscription_id, customer_id]), "excluded")


@require_POST
def include(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    _include(request, subscription_id)
    return _back(request, reverse("console:billed-person", args=[subscription_id, customer_id]), "included")


@require_POST
def include_listed(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    _include(request, subscription_id)
    return _back(request, reverse("console:billed-in-doubt", args=[subscription_id]), "included")


def _include(request: HttpRequest, subscription_id: UUID) -> None:
    with entered_by(person(request), subscription_id, roles=DECIDES_ABOUT_PEOPLE) as membership:
        month = _month(request, membership)
        excluding.include(membership.subscription, _number(request), month, actor=actor_of(request))


def _month(request: HttpRequest, membership: Membership) -> date:
    named = request.GET.get("month", "")
    return parse_month(named, "The month") if named else previous_month(membership.subscription)


def _number(request: HttpRequest) -> int:
    # Numbers begin with 1.
    return number_in(request.POST.get("number", ""), most=_MOST_NUMBER) or 0


def _back(request: HttpRequest, page: str, done: str) -> HttpResponse:
    """To the page from which it was sent, which says what was done."""
    parameters = {name: value for name, value in request.GET.items() if name != "done"}
    return redirect(f"{page}?{urlencode(parameters | {'done': done})}")
