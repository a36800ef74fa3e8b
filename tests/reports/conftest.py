"""The made-up ledger, for the tests of each format."""

from pathlib import Path

import pytest
from tests.reports.made_up import fill

from tallybook.subscriptions.models import Subscription


@pytest.fixture
def made_up(subscription: Subscription, tmp_path: Path) -> Subscription:
    """The subscription of the test, with the made-up ledger."""
    fill(subscription, tmp_path)
    return subscription
