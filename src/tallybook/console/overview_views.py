"""The page Overview."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.billing.counting import count_months, stale_months
from tallybook.console.history import count_history
from tallybook.console.month_page import read_current_month_page
from tallybook.console.navigation import person
from tallybook.console.overview_page import read_overview_page
from tallybook.database.scope import ready_snapshot, subscription_scope
from tallybook.subscriptions.access import entered_by
from tallybook.subscriptions.models import Subscription


@require_safe
def overview(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        month = read_current_month_page(membership.subscription, request.GET)
    # Outside of the transaction above: each month is counted in one of its own.
    count_history(month)
    asked = (membership.subscription, request.GET)
    # What is counted and what is read agree, whatever was imported since.
    with ready_snapshot(subscription_id, partial(_count, *asked), partial(_is_counted, *asked)):
        page = read_overview_page(membership.subscription, read_current_month_page(*asked))
    return render(request, "console/overview.html", {"page": page, "month": page.of, "figures": page.figures})


def _count(subscription: Subscription, query: QueryDict) -> None:
    """The month that is shown, and the one before."""
    with subscription_scope(subscription.id):
        of = read_current_month_page(subscription, query)
    count_months(subscription, of.former_month, of.month)


def _is_counted(subscription: Subscription, query: QueryDict) -> bool:
    of = read_current_month_page(subscription, query)
    return not stale_months(subscription.id, of.former_month, of.month)
