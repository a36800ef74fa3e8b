"""The page Overview."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.console.history import count_history
from tallybook.console.month_page import read_current_month_page
from tallybook.console.navigation import person
from tallybook.console.overview_page import read_overview_page
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.access import entered_by


@require_safe
def overview(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        month = read_current_month_page(membership.subscription, request.GET)
    # Outside of the transaction above: each month is counted in one of its own.
    count_history(month)
    with subscription_scope(subscription_id):
        page = read_overview_page(membership.subscription, month)
    return render(request, "console/overview.html", {"page": page, "month": page.of, "figures": page.figures})
