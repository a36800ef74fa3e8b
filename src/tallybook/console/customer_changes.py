"""Changing what is written down about a customer: its name, its reference, notes and aliases."""

from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from tallybook.console.addresses import done_at
from tallybook.console.customer_views import customer_page
from tallybook.console.methods import require_form_methods
from tallybook.console.navigation import actor_of, person
from tallybook.errors import NotFound, NotNow, Refused
from tallybook.subscriptions.access import CHANGES_CUSTOMERS, entered_by
from tallybook.subscriptions.customer_facts import (
    ChangedMeanwhile,
    CustomerFacts,
    FactRefused,
    change_customer,
    facts_of,
)
from tallybook.subscriptions.customers import alias_customer, customer_aliases, customer_by_id, unalias_customer

CHANGED_MEANWHILE = (
    "Somebody changed this customer while you had it open. Nothing of yours was saved yet, and what you typed is kept: compare "
    "it with what stands there now, then save again."
)
MENDED = "Nothing was saved yet: something has to be mended below."


@dataclass(frozen=True)
class EditForm:
    """What the form holds: what was typed, over what stands in the ledger, and what is wrong with it."""

    values: CustomerFacts
    seen: CustomerFacts
    problem: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    now: CustomerFacts | None = None
    """What somebody else saved meanwhile."""
    status: int = 200


@require_form_methods
def edit(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    """The form; posted with the facts as they were seen, it saves what differs from them."""
    if request.method != "POST":
        with entered_by(person(request), subscription_id, roles=CHANGES_CUSTOMERS) as membership:
            customer = customer_by_id(membership.subscription, customer_id)
        return _form_page(request, subscription_id, customer_id, EditForm(facts_of(customer), facts_of(customer)))
    seen, wanted = _sent(request, "seen_"), _sent(request, "")
    try:
        with entered_by(person(request), subscription_id, roles=CHANGES_CUSTOMERS) as membership:
            is_changed = change_customer(membership.subscription, customer_id, seen, wanted, actor=actor_of(request))
    except ChangedMeanwhile as changed:
        # Over what stands there now: whoever has read the sentence may save it.
        form = EditForm(wanted, changed.now, CHANGED_MEANWHILE, now=changed.now, status=409)
    except NotNow as not_now:
        form = EditForm(wanted, seen, str(not_now), status=503)
    except FactRefused as refused:
        form = EditForm(wanted, seen, MENDED, {refused.fact: str(refused)}, status=400)
    else:
        is_renamed = is_changed and seen.name != wanted.name.strip()
        return _back(subscription_id, customer_id, "renamed" if is_renamed else "changed" if is_changed else "unchanged")
    return _form_page(request, subscription_id, customer_id, form)


def _sent(request: HttpRequest, prefix: str) -> CustomerFacts:
    name, reference, notes = (request.POST.get(prefix + fact, "") for fact in CustomerFacts._fields)
    # Browsers end the lines of what is sent in their own way.
    return CustomerFacts(name, reference, notes.replace("\r\n", "\n"))


def _form_page(request: HttpRequest, subscription_id: UUID, customer_id: UUID, form: EditForm) -> HttpResponse:
    context = {"form": form, "subscription_id": subscription_id, "customer_id": customer_id}
    return render(request, "console/customer_edit.html", context, status=form.status)


@require_POST
def add_alias(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    try:
        with entered_by(person(request), subscription_id, roles=CHANGES_CUSTOMERS) as membership:
            alias_customer(membership.subscription, customer_id, request.POST.get("alias", ""), actor=actor_of(request))
    except Refused as refused:
        return customer_page(request, subscription_id, customer_id, str(refused), status=400)
    return _back(subscription_id, customer_id, "alias-added")


@require_form_methods
def remove_alias(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    """The question, which says what it means for files; posted, the end of the alias."""
    with entered_by(person(request), subscription_id, roles=CHANGES_CUSTOMERS) as membership:
        customer = customer_by_id(membership.subscription, customer_id)
        if request.method == "POST":
            try:
                unalias_customer(membership.subscription, customer_id, request.POST.get("alias", ""), actor=actor_of(request))
            except NotFound:
                return _back(subscription_id, customer_id, "alias-gone")
            return _back(subscription_id, customer_id, "alias-removed")
        aliases = customer_aliases(membership.subscription, customer_id).get(customer_id, [])
    alias = request.GET.get("alias", "")
    if alias not in aliases:
        raise NotFound("This customer has no such alias.")
    context = {"customer": customer, "alias": alias, "subscription_id": subscription_id}
    return render(request, "console/alias_remove.html", context)


def _back(subscription_id: UUID, customer_id: UUID, done: str) -> HttpResponse:
    """To the customer's page, which says what was done."""
    return done_at("console:customer", subscription_id, customer_id, done=done)
