"""Links of this test's own subscription, and calls of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.bookkeeping import OPERATOR, usage

from tallybook.database.queries import write
from tallybook.database.scope import subscription_scope
from tallybook.links.drafts import Draft
from tallybook.links.keys import Key
from tallybook.links.links import Link, create_link
from tallybook.links.periods import Period
from tallybook.links.throttle import BadKeys, bad_keys
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import parse_month

OCTOBER = Period.fixed(*[parse_month("2026-10", "The month")] * 2)


@dataclass(frozen=True)
class Made:
    """A link and its first key."""

    subscription: Subscription
    link: Link
    key: Key

    @property
    def path(self) -> str:
        return f"/api/v1/report-links/{self.link.saved.id}"

    def open_slot(self) -> None:
        """Let the next call make the data, as if the pace had passed."""
        with subscription_scope(self.subscription.id):
            write("UPDATE link_gate SET next_allowed_at = clock_timestamp() WHERE link_id = %(id)s", {"id": self.link.saved.id})


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers[name]


def ask(path: str, *, method: str = "GET", address: str = "127.0.0.1", **headers: str) -> Answer:
    """One request without cookies."""
    sent = {"Host": "localhost"} | {name.replace("_", "-"): value for name, value in headers.items()}
    response = Client().generic(method, path, headers=sent, REMOTE_ADDR=address)
    try:
        content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    finally:
        response.close()
    return Answer(response.status_code, dict(response.headers), content)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home for built files, and nobody who sent wrong keys before."""
    monkeypatch.setattr(settings.INSTALLATION, "home", tmp_path / "home")
    fresh = BadKeys()
    for name in ("_counts", "_known", "_known_until"):
        monkeypatch.setattr(bad_keys, name, getattr(fresh, name))


@pytest.fixture
def filled(subscription: Subscription, take: Callable[..., Summary]) -> Subscription:
    """A subscription with two customers in October."""
    rows = [usage(customer=customer, object_name=name) for customer in ("Anchor Ltd", "Bell Ltd") for name in ("Ann", "Ben")]
    assert take(rows).new == 4
    return subscription


@pytest.fixture
def make_link(filled: Subscription) -> Callable[..., Made]:
    def make(subscription: Subscription = filled, **decided: Any) -> Made:  # noqa: ANN401 - fields of a draft
        usual: dict[str, Any] = {"name": "PSA", "period": OCTOBER, "allowed": None}
        draft = Draft(**usual | decided)
        with subscription_scope(subscription.id):
            link, key = create_link(subscription, draft, actor=OPERATOR)
        return Made(subscription, link, key)

    return make


@pytest.fixture
def made(make_link: Callable[..., Made]) -> Made:
    """A link of October that anyone may call."""
    return make_link()


@pytest.fixture
def call() -> Callable[..., Answer]:
    """Calls a link as a program does: `call(made, headers...)`."""

    def get(made: Made, *, key: str | None = None, **asked: str) -> Answer:
        return ask(made.path, X_API_KEY=made.key.text if key is None else key, **asked)

    return get
