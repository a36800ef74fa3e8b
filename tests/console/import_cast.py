"""What the tests of importing in pages have in common: rows, and a clerk who sends files."""

import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.bookkeeping import Cells, usage, usage_csv
from tests.console.cast import Browse, markup

from tallybook.database.scope import subscription_scope
from tallybook.metering.models import Upload
from tallybook.subscriptions.models import Subscription, User

ANN = usage(object_name="Ann Bell", protected_bytes=100)
BEN = usage(object_name="Ben Crow", customer="Bridge GmbH", month="2026-09")
BAD = usage(object_name="Cat Dow", protected_bytes="a lot")
READ = {"profile": "auto", "new_customers": "on"}


class Clerk:
    """Somebody who sends files into a subscription."""

    def __init__(self, client: Client, subscription: Subscription) -> None:
        self.client, self.subscription = client, subscription
        self.imports = f"/subscriptions/{subscription.id}/imports/"

    def send(self, content: bytes | list[Cells], name: str = "usage.csv") -> Any:  # noqa: ANN401 - a response of Django's client
        """Send a file and see what was found."""
        data = usage_csv(content) if isinstance(content, list) else content
        response = self.client.post(f"{self.imports}new/", {"file": SimpleUploadedFile(name, data)}, follow=True)
        return self._settled(response)

    def post(self, response: Any, what: str, **fields: object) -> Any:  # noqa: ANN401 - likewise
        """Press a button of an upload's page."""
        address = response.request["PATH_INFO"]
        answer = self.client.post(f"{address}{what}", {"attempt": self.upload(response).attempt} | fields, follow=True)
        return self._settled(answer)

    def upload(self, response: Any) -> Upload:  # noqa: ANN401 - likewise
        with subscription_scope(self.subscription.id):
            return Upload.objects.get(subscription_id=self.subscription.id, id=response.request["PATH_INFO"].split("/")[-2])

    def uploads(self) -> list[Upload]:
        with subscription_scope(self.subscription.id):
            return list(Upload.objects.filter(subscription_id=self.subscription.id))

    def _settled(self, response: Any) -> Any:  # noqa: ANN401 - likewise
        """The page once the work is done, which on a busy machine may take longer than a request waits."""
        deadline = time.monotonic() + 60
        while "data-work" in markup(response):
            assert time.monotonic() < deadline
            time.sleep(0.2)
            response = self.client.get(response.request["PATH_INFO"], follow=True)
        return response


@pytest.fixture
def clerk(browse: Browse, owner: User, subscription: Subscription) -> Clerk:
    return Clerk(browse(owner), subscription)
