"""The page Overview."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.billing.counting import stale_months
from tallybook.console.history import count_history
from tallybook.console.month_page import MonthPage, read_current_month_page
from tallybook.console.navigation import person
from tallybook.console.overview_page import read_overview_page
from tallybook.database.scope import ready_snapshot
from tallybook.subscriptions.access import entered_by


@require_safe
def overview(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        month = read_current_month_page(membership.subscription, request.GET)
    # Outside of the transaction above: each month is counted in one of its own. What is counted and what is read then agree.
    with ready_snapshot(subscription_id, partial(count_history, month), partial(_is_counted, month)):
        page = read_overview_page(membership.subscription, month)
    return render(request, "console/overview.html", {"page": page, "month": page.of, "figures": page.figures})


def _is_counted(of: MonthPage) -> bool:
    return not stale_months(of.subscription.id, of.former_month, of.month)
