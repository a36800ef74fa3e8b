"""What the tests of accounts and people in the console have in common."""

import html
import re
import time
from uuid import uuid4

from django.test import Client
from tests.conftest import PASSWORD
from tests.console.cast import Answer

from tallybook.console.seeing import PROVED_AT
from tallybook.console.step_up import PROOF_HOLDS_SECONDS
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Membership, Role, Subscription, User


def people_address(subscription: Subscription, rest: str = "") -> str:
    return f"/subscriptions/{subscription.id}/people/{rest}"


def crowd(subscription: Subscription, number: int) -> None:
    """So many viewers. Their passwords are none, since hashing takes its time."""
    users = User.objects.bulk_create(
        [User(id=uuid4(), email=f"{index:04}.{uuid4()}@msp.example", password="!") for index in range(number)]
    )
    with subscription_scope(subscription.id):
        Membership.objects.bulk_create([Membership(subscription=subscription, user=user, role=Role.VIEWER) for user in users])


def long_after(client: Client) -> Client:
    """As if the person's last proof were too long ago."""
    session = client.session
    session[PROVED_AT] = time.time() - PROOF_HOLDS_SECONDS
    session.save()
    return client


def invited(client: Client, subscription: Subscription, email: str | None = None, role: str = "viewer") -> tuple[str, str]:
    """The address that was invited, and the path of the link that the page showed."""
    email = email or f"ann.{uuid4()}@msp.example"
    response = client.post(people_address(subscription, "invite/"), {"email": email, "role": role})
    assert response.status_code == 200, response.content.decode()
    return email, shown_path(response)


def shown_path(response: Answer) -> str:
    found = re.search(r'<code id="invitation-link"[^>]*>https?://[^/]+(/.*?)</code>', response.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def sign_in_form(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"login": email, "password": password}
