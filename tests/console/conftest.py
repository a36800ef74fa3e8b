from pathlib import Path

import pytest
from tests.console.cast import Browse, Filled, fill

from tallybook.subscriptions.models import Subscription, User


@pytest.fixture
def filled(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> Filled:
    """A subscription with the usage that `fill` describes."""
    return Filled(subscription, fill(subscription, tmp_path), browse(owner))
