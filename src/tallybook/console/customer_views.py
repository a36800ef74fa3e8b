"""The pages about customers: the list, and one of them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.console.customer_list import read_customer_list
from tallybook.console.customer_page import read_customer_page
from tallybook.console.customer_wording import DONE
from tallybook.console.navigation import person
from tallybook.subscriptions.access import entered_by


@require_safe
def customer_list(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        page = read_customer_list(membership.subscription, request.GET)
    return render(request, "console/customers.html", {"page": page, "month": page.of, "table": page.table})


@require_safe
def customer(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    return customer_page(request, subscription_id, customer_id)


def customer_page(
    request: HttpRequest, subscription_id: UUID, customer_id: UUID, problem: str | None = None, status: int = 200
) -> HttpResponse:
    """A customer's page, or that page with what is wrong with the alias that was sent from it."""
    with entered_by(person(request), subscription_id) as membership:
        page = read_customer_page(membership, customer_id, request.GET)
    context = {
        "page": page,
        "customer": page.customer,
        "table": page.months,
        "problem": problem,
        "notice": None if problem else DONE.get(request.GET.get("done", "")),
        "typed": request.POST.get("alias", ""),
    }
    return render(request, "console/customer.html", context, status=status)
