from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tests.bookkeeping import Cells, usage_csv
from tests.metering.racing import Start
from tests.sessions import Process

from tallybook.subscriptions.models import Subscription


@pytest.fixture
def start(start_command: Callable[..., Process], tmp_path: Path) -> Start:
    """Starts an import of these rows as a process."""

    def start_import(subscription: Subscription, rows: list[Cells]) -> Process:
        path = tmp_path / f"{uuid4()}.csv"
        path.write_bytes(usage_csv(rows))
        return start_command("import", path, "--subscription", subscription.name)

    return start_import
