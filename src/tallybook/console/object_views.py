"""The pages about objects: those of a month, of one customer or of all, and one object through its months."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.console.navigation import person
from tallybook.console.object_page import read_object_page
from tallybook.console.objects_page import read_objects_page
from tallybook.subscriptions.access import entered_by


@require_safe
def customer_objects(request: HttpRequest, subscription_id: UUID, customer_id: UUID) -> HttpResponse:
    return _objects(request, subscription_id, customer_id)


@require_safe
def all_objects(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    return _objects(request, subscription_id, None)


def _objects(request: HttpRequest, subscription_id: UUID, customer_id: UUID | None) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        page = read_objects_page(membership.subscription, customer_id, request.GET)
    return render(request, "console/objects.html", {"page": page, "month": page.of})


@require_safe
def one_object(request: HttpRequest, subscription_id: UUID, customer_id: UUID, object_key: UUID) -> HttpResponse:
    with entered_by(person(request), subscription_id) as membership:
        page = read_object_page(membership.subscription, customer_id, object_key)
    return render(request, "console/object.html", {"page": page, "object": page.newest})
