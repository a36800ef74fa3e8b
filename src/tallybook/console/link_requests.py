"""What requests that change a report link have in common: who asks, from where, over which state of the link."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tallybook.audit.acting import Actor
from tallybook.console.navigation import person
from tallybook.web.client_address import client_address

CHANGED_MEANWHILE = (
    "Somebody changed this link while you had it open. Nothing of yours was saved yet, and what you typed is kept: compare it "
    "with the link's page, then save again."
)


def actor_of(request: HttpRequest) -> Actor:
    user = person(request)
    address = client_address(request)
    return Actor.person(user.id, user.email, "" if address is None else str(address))


def sent_revision(request: HttpRequest) -> int | None:
    """The state of the link that the person saw."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None  # noqa: PLR2004 - a bigint's digits


def done(subscription_id: UUID, link_id: UUID, what: str) -> HttpResponse:
    """Back to the link's page, which says what was done."""
    return redirect(f"{reverse('console:link', args=[subscription_id, link_id])}?{urlencode({'done': what})}")
