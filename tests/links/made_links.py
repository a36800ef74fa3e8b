"""Links for tests, made by the functions of the domain."""

from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from tests.bookkeeping import OPERATOR
from tests.conftest import TestDatabase

from tallybook.database.scope import subscription_scope
from tallybook.links.drafts import Draft
from tallybook.links.links import create_link
from tallybook.links.periods import Period
from tallybook.reports.building import Format
from tallybook.subscriptions.models import Subscription

OCTOBER_2026 = "2026-10..2026-10"


class Made(NamedTuple):
    """A link and its key."""

    id: UUID
    key: str


def draft(**changes: Any) -> Draft:  # noqa: ANN401 - as the fields of a draft
    """A draft of a link that anyone may call, for October 2026."""
    usual: dict[str, Any] = {"name": "PSA", "period": Period(OCTOBER_2026), "format": Format.CSV, "allowed": None}
    return Draft(**(usual | changes))


def make_link(subscription: Subscription, **changes: Any) -> Made:  # noqa: ANN401 - likewise
    """One link."""
    return make_links(subscription, 1, **changes)[0]


def make_links(subscription: Subscription, count: int, **changes: Any) -> list[Made]:  # noqa: ANN401 - likewise
    """So many links in one transaction."""
    with subscription_scope(subscription.id):
        made = [create_link(subscription, draft(**changes), actor=OPERATOR) for _ in range(count)]
    return [Made(link.saved.id, key.text) for link, key in made]


def set_gates(database: TestDatabase, links: list[Made], assignment: str) -> None:
    """Change gates of links behind the program's back."""
    with psycopg.connect(database.superuser_url) as session:
        update = f"UPDATE link_gate SET {assignment} WHERE link_id = ANY(%s)"
        session.execute(update, [[link.id for link in links]])
