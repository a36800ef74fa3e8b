"""What requests that change a report link have in common: who asks, from where, over which state of the link."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from tallybook.console.addresses import done_at, number_in

_MOST_REVISION = 2**63 - 1
CHANGED_MEANWHILE = (
    "Somebody changed this link while you had it open. Nothing of yours was saved yet, and what you typed is kept: compare it "
    "with the link's page, then save again."
)


def sent_revision(request: HttpRequest) -> int | None:
    """The state of the link that the person saw."""
    return number_in(request.POST.get("revision", ""), most=_MOST_REVISION)


def done(subscription_id: UUID, link_id: UUID, what: str) -> HttpResponse:
    """Back to the link's page, which says what was done."""
    return done_at("console:link", subscription_id, link_id, done=what)
