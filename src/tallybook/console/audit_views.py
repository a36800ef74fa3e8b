"""The page Audit and its CSV, for owners and billing clerks."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.audit.exporting import log_csv
from tallybook.console.audit_form import AuditForm
from tallybook.console.audit_page import read_audit_page
from tallybook.console.navigation import person
from tallybook.subscriptions.access import READS_AUDIT_LOG, entered_by
from tallybook.web.files import send_whole


@require_safe
def audit_log(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id, roles=READS_AUDIT_LOG) as membership:
        page = read_audit_page(membership.subscription, request.GET)
    status = 200 if page.form.is_valid() else 400
    return render(request, "console/audit.html", {"page": page, "form": page.form}, status=status)


@require_safe
def audit_download(request: HttpRequest, subscription_id: UUID) -> HttpResponseBase:
    with entered_by(person(request), subscription_id, roles=READS_AUDIT_LOG) as membership:
        form = AuditForm(membership.subscription, request.GET)
        built = log_csv(subscription_id, form.wanted) if form.is_valid() else None
    # What is wrong with the filter is said where it can be mended.
    return send_whole(built) if built else audit_log(request, subscription_id)
