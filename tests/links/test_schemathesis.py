"""The running server and its description agree: all checks of schemathesis, on a link that is called again and again."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.bookkeeping import usage
from tests.conftest import Ran
from tests.console.browsing import served

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

_SECONDS = 150


@pytest.fixture
def called(run: Callable[..., Ran], subscription: Subscription, take: Callable[..., Summary]) -> dict[str, str]:
    """Id and key of a link with a row, in JSON."""
    take([usage()])
    period = ("--from", "2026-10", "--to", "2026-10", "--format", "json")
    made = run("link", "create", "--name", "PSA", "--subscription", subscription.name, *period, "--allow-anyone", "--json")
    return dict(made.json)


@pytest.fixture
def address(command_environment: dict[str, str]) -> Iterator[str]:
    """A server with a short pace."""
    variables = {"DJANGO_SETTINGS_MODULE": "tallybook.config.settings", "TALLYBOOK_LINK_PACE_SECONDS": "1"}
    with served(command_environment | variables) as one:
        yield one


def test_all_checks_pass(called: dict[str, str], address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(f'[parameters]\n"path.id" = "{called["id"]}"\n', encoding="utf-8")
    program = Path(sys.executable).with_name("schemathesis")
    options = ["--header", f"X-API-KEY: {called['key']}", "--checks", "all", "--max-examples", "25", "--seed", "1"]
    done = subprocess.run(
        [program, "--config-file", settings, "run", f"{address}/api/v1/openapi.json", "--url", f"{address}/api/v1", *options],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        cwd=tmp_path,
    )
    found = re.search(r"(\d+) generated", done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert found is not None
    with capsys.disabled():
        print(f"\nschemathesis, all checks: {found[1]} cases, 0 failures")  # noqa: T201
    assert int(found[1]) >= 20
