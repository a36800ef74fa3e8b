"""What the tests of report links in the console have in common: addresses, what a form sends, and links that are there."""

import html
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from tests.bookkeeping import OPERATOR
from tests.console.cast import Answer

from tallybook.database.scope import subscription_scope
from tallybook.links.drafts import Draft
from tallybook.links.keys import Key
from tallybook.links.links import Link, create_link, find_link
from tallybook.links.models import LinkCall
from tallybook.links.periods import Period
from tallybook.subscriptions.models import Subscription

Sent = dict[str, str | list[str]]


def links_address(subscription: Subscription, rest: str = "") -> str:
    return f"/subscriptions/{subscription.id}/links/{rest}"


def link_form(**changes: str | list[str]) -> Sent:
    """What a browser sends of the form: a link of everything of the previous month that anyone may call."""
    usual: Sent = {
        "link_id": str(uuid4()),
        "name": "PSA, monthly",
        "kind": "itemised",
        "format": "csv",
        "customers": "all",
        "products": "all",
        "period": "previous-month",
        "count": "3",
        "from": "2026-09",
        "to": "2026-10",
        "callers": "anyone",
        "addresses": "",
        "expiry": "never",
        "expires_on": "",
    }
    return usual | changes


def make_link(subscription: Subscription, **changes: object) -> tuple[Link, Key]:
    """A link that is there already, made by a command."""
    usual: dict[str, object] = {"name": "PSA, monthly", "period": Period("previous-month"), "allowed": None}
    with subscription_scope(subscription.id):
        return create_link(subscription, Draft(**(usual | changes)), actor=OPERATOR)  # type: ignore[arg-type]


def link_now(subscription: Subscription, link_id: object) -> Link:
    """A link as the database has it."""
    with subscription_scope(subscription.id):
        return find_link(subscription, UUID(str(link_id)))


def note_call(
    subscription: Subscription,
    link: Link,
    status: int = 200,
    outcome: str = "granted",
    **facts: Any,  # noqa: ANN401 - columns of the log
) -> None:
    """A call in the log."""
    with subscription_scope(subscription.id):
        LinkCall.objects.create(
            subscription_id=subscription.id,
            id=uuid4(),
            link_id=link.saved.id,
            called_at=facts.pop("called_at", datetime.now(UTC)),
            address="192.0.2.7",
            status=status,
            outcome=outcome,
            **facts,
        )


def shown_key(response: Answer) -> str:
    """The key on the page of the key step."""
    return _code(response.content.decode(), "link-key")


def snippet(response: Answer, slug: str) -> str:
    """A ready command of a page, as it would be copied."""
    return _code(response.content.decode(), f"snippet-{slug}")


def _code(page: str, name: str) -> str:
    found = re.search(rf'<code id="{name}"[^>]*>(.*?)</code>', page, re.DOTALL)
    assert found, name
    return html.unescape(found[1])


def made(client: Client, subscription: Subscription, **changes: str | list[str]) -> tuple[UUID, str]:
    """A link made by the form: its id and its key."""
    sent = link_form(**changes)
    response = client.post(links_address(subscription, "new/"), sent)
    assert response.status_code == 200, response.content.decode()
    return UUID(str(sent["link_id"])), shown_key(response)
