"""The demo as it is told on one day, made once."""

from datetime import date

import pytest

from tallybook.commands.demo.file import demo_rows
from tallybook.commands.demo.usage import DemoRow

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def rows() -> list[DemoRow]:
    """All rows of the demo on 23 November 2026."""
    return list(demo_rows(TODAY))
