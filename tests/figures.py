"""Figures that tests measure: `figure(name, value)` notes one, and the run's last lines show them all, whatever runs it."""

from collections.abc import Callable

import pytest

Note = Callable[[str, object], None]
_PROPERTY = "figure"


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Note:
    """Notes a figure. It travels with the test's report, and so also from the processes of a run in parallel."""

    def note(name: str, value: object) -> None:
        request.node.user_properties.append((_PROPERTY, f"{name}: {value}"))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Called by pytest at the end of the run."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    found = {
        str(value)
        for report in reports
        if isinstance(report, pytest.TestReport)
        for name, value in report.user_properties
        if name == _PROPERTY
    }
    if found:
        terminalreporter.section("figures")
    for line in sorted(found):
        terminalreporter.write_line(line)
