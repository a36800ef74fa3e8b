"""What the tests of the pages about customers have in common: addresses, and a subscription with names of every kind."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from tests.bookkeeping import OPERATOR, customer_ids, query, take, usage
from tests.console.cast import Browse, Months

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription, User

ANCHOR = "Anchor Ltd"
HOSTILE = "=1+1 <b>Ltd</b>"
RIGHT_TO_LEFT = "שלום 🏢"


def customers_address(subscription: Subscription, rest: str = "", **parameters: str) -> str:
    asked = f"?{urlencode(parameters)}" if parameters else ""
    return f"/subscriptions/{subscription.id}/customers/{rest}{asked}"


def customer_address(subscription: Subscription, name: str = ANCHOR, rest: str = "", **parameters: str) -> str:
    return customers_address(subscription, f"{customer_ids(subscription)[name]}/{rest}", **parameters)


def object_address(subscription: Subscription, name: str) -> str:
    customer_id, object_key = object_of(subscription, name)
    return customers_address(subscription, f"{customer_id}/objects/{object_key}/")


def object_of(subscription: Subscription, name: str) -> tuple[UUID, UUID]:
    ((customer_id, object_key),) = query(
        subscription, "SELECT DISTINCT customer_id, object_key FROM usage_item WHERE object_name = %s", name
    )
    return customer_id, object_key


def fill_objects(subscription: Subscription, folder: Path) -> Months:
    """Anchor Ltd has two people in two organisations and gains one; a hostile name has a server; a third one has left."""
    months = Months(subscription)
    before, now = {"month": months.before}, {"month": months.previous}
    ann = {"organisation": "a.example", "object_details": "ann@a.example"}
    rows = [
        usage(**before, **ann, protected_bytes=1024),
        usage(**before, customer=RIGHT_TO_LEFT, object_name="Gone"),
        usage(**now, **ann, protected_bytes=2048, licence="Business Basic", last_backup=f"{months.previous}-07T01:02:03Z"),
        usage(**now, organisation="b.example", object_name="<i>Bob</i>", object_type="OneDrive", deleted="Yes"),
        usage(**now, customer=HOSTILE, product="VM Backup", object_type="VM", object_name="=SUM(A1)"),
    ]
    take(subscription, rows, folder)
    return months


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    return fill_objects(subscription, tmp_path)


@pytest.fixture
def client(browse: Browse, owner: User, months: Months) -> Client:
    assert months.previous
    return browse(owner)


def written(subscription: Subscription, change: Callable[..., object], name: str, text: str) -> None:
    with subscription_scope(subscription.id):
        change(subscription, name, text, actor=OPERATOR)
