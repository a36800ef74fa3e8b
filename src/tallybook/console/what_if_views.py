"""What If: the page, and everybody who makes a difference as CSV."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.console.navigation import person
from tallybook.console.what_if_page import CSV_COLUMNS, csv_rows, read_asked, read_what_if_page
from tallybook.database.scope import snapshot_scope
from tallybook.subscriptions.access import membership_of
from tallybook.usage.months import month_text
from tallybook.web.csv_files import build_csv
from tallybook.web.files import send_whole


@require_safe
def what_if(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    subscription = membership_of(person(request), subscription_id).subscription
    with snapshot_scope(subscription_id):
        page = read_what_if_page(subscription, request.GET)
    return render(request, "console/what_if.html", {"page": page, "asked": page.asked})


@require_safe
def what_if_download(request: HttpRequest, subscription_id: UUID) -> HttpResponseBase:
    subscription = membership_of(person(request), subscription_id).subscription
    with snapshot_scope(subscription_id):
        asked = read_asked(subscription, request.GET)
        name = f"what-if-{month_text(asked.first_month)}-to-{month_text(asked.last_month)}.csv"
        built = build_csv(name, CSV_COLUMNS, csv_rows(subscription, asked), for_spreadsheets=True)
    return send_whole(built)
