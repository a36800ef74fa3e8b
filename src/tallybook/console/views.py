"""The pages: each enters the subscription as the person who asks, reads, leaves, and only then renders."""

from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_http_methods, require_safe

from tallybook.console.forms import ExportForm
from tallybook.console.history import count_history_of_objects
from tallybook.console.methods import require_form_methods
from tallybook.console.month_page import read_month_page
from tallybook.console.navigation import person
from tallybook.console.usage_page import read_usage_page
from tallybook.console.wording import QUANTITIES_SENTENCE, count_sentence
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotNow, Refused
from tallybook.reports.building import build
from tallybook.reports.quantities import QUANTITIES
from tallybook.subscriptions.access import entered_by, memberships_of
from tallybook.usage.summary import count_items
from tallybook.web.files import send_whole


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The overview of the person's first subscription."""
    memberships = memberships_of(person(request))
    if memberships:
        return redirect("console:overview", memberships[0].subscription_id)
    return render(request, "console/no_subscription.html")


@require_safe
def usage_details(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        month = read_month_page(membership.subscription, request.GET)
    # Outside of the transaction above: each month is counted in one of its own.
    count_history_of_objects(month)
    with subscription_scope(subscription_id):
        page = read_usage_page(month, request.GET)
    return render(request, "console/usage_details.html", {"page": page, "month": page.of, "table": page.table})


@require_form_methods
def export_form(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    form, count = _read_form(request, subscription_id)
    return _form_page(request, form, count)


@require_form_methods
def export_count(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """The part of the form that says how many rows the choice holds, or what is wrong with a choice that is half made."""
    form, count = _read_form(request, subscription_id)
    problems = [error for errors in form.errors.values() for error in errors]
    return render(request, "console/_row_count.html", {"count": count, "problems": problems})


@require_http_methods(["GET", "POST"])
def export_download(request: HttpRequest, subscription_id: UUID) -> HttpResponseBase:
    with entered_by(person(request), subscription_id) as membership:
        form = ExportForm(membership.subscription, _sent(request) or QueryDict("from=&to="))
    if not form.is_valid():
        return _form_page(request, form, None)
    try:
        # Outside of the transaction above: a report is built in a snapshot of its own.
        return send_whole(build(form.choice, form.report_form))
    except Refused as refused:
        form.add_error(None, str(refused))
        return _form_page(request, form, None, failed=503 if isinstance(refused, NotNow) else 400)


@login_not_required
@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    return redirect(static("console/favicon.svg"))


class RowCount(NamedTuple):
    """How many rows a report will have, in words."""

    words: str
    is_empty: bool


def _sent(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _read_form(request: HttpRequest, subscription_id: UUID) -> tuple[ExportForm, RowCount | None]:
    with entered_by(person(request), subscription_id) as membership:
        form = ExportForm(membership.subscription, _sent(request))
        return form, _count(form) if form.is_valid() else None


def _count(form: ExportForm) -> RowCount:
    choice = form.choice
    months = (choice.first_month, choice.last_month)
    items, csv_bytes = count_items(choice.subscription.id, months, choice.customer_ids, choice.product_ids)
    # How many quantities there are is known when they have been counted, which is the work of the report itself.
    words = QUANTITIES_SENTENCE if items and form.report_kind is QUANTITIES else count_sentence(items, csv_bytes)
    return RowCount(words, is_empty=items == 0)


def _form_page(request: HttpRequest, form: ExportForm, count: RowCount | None, *, failed: int = 400) -> HttpResponse:
    status = 200 if form.is_valid() else failed
    return render(request, "console/export.html", {"form": form, "count": count}, status=status)
