"""Searching: one box on every page for customers, objects and links."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.console.navigation import person
from tallybook.console.search_page import read_search_page
from tallybook.subscriptions.access import entered_by


@require_safe
def search(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        page = read_search_page(membership.subscription, request.GET.get("q", ""))
    return render(request, "console/search.html", {"page": page})
