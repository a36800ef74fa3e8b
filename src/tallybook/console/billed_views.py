"""The pages about billed users: all customers of a month, one of them, and one person."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.billing.counting import count_months
from tallybook.console.billed_customer import read_customer_page
from tallybook.console.billed_list import read_billed_page
from tallybook.console.billed_person import read_person_page
from tallybook.console.deciding_wording import DONE
from tallybook.console.month_page import read_month_page
from tallybook.console.navigation import person
from tallybook.database.scope import snapshot_scope, subscription_scope
from tallybook.subscriptions.access import DECIDES_ABOUT_PEOPLE, entered_by, membership_of


@require_safe
def billed_users(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        month = read_month_page(membership.subscription, request.GET)
    # Outside of the transaction above: a month is counted in a snapshot of its own.
    count_months(membership.subscription, month.former_month, month.month)
    with subscription_scope(subscription_id):
        page = read_billed_page(membership.subscription, month, request.GET)
    return render(request, "console/billed_users.html", {"page": page, "month": page.of, "table": page.table})


@require_safe
def billed_customer(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    subscription = membership_of(person(request), subscription_id).subscription
    # Two months are held beside each other, so that both are read in one snapshot.
    with snapshot_scope(subscription.id):
        page = read_customer_page(subscription, customer_id, request.GET)
    return render(request, "console/billed_customer.html", {"page": page, "month": page.of})


@require_safe
def billed_person(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    return person_page(request, subscription_id, customer_id)


def person_page(
    request: HttpRequest, subscription_id: UUID, customer_id: UUID, problem: str | None = None, status: int = 200
) -> HttpResponse:
    """A person's page, or that page with what is wrong with the form that was sent from it."""
    membership = membership_of(person(request), subscription_id)
    with snapshot_scope(subscription_id):
        page = read_person_page(membership.subscription, customer_id, request.GET)
    context = {
        "page": page,
        "month": page.of,
        "may_decide": membership.role in DECIDES_ABOUT_PEOPLE,
        "problem": problem,
        "notice": DONE.get(request.GET.get("done", "")),
        "values": request.POST or {"owner": person(request).email},
    }
    return render(request, "console/billed_person.html", context, status=status)
