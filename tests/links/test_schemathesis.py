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
# Whether there is a file of which a part can be had does not show in the request: 416 is a right answer to a right one.
_ACCEPTED = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 416, 429, "5xx"]
"""


@pytest.fixture
def make(run: Callable[..., Ran], subscription: Subscription, take: Callable[..., Summary]) -> Callable[[str], dict[str, str]]:
    """Makes a link of a format, and gives its id and key."""
    take([usage()])

    def make_link(form: str) -> dict[str, str]:
        period = ("--from", "2026-10", "--to", "2026-10", "--format", form)
        made = run("link", "create", "--name", "PSA", "--subscription", subscription.name, *period, "--allow-anyone", "--json")
        return dict(made.json)

    return make_link


@pytest.fixture
def address(command_environment: dict[str, str]) -> Iterator[str]:
    """A server with a short pace."""
    variables = {"DJANGO_SETTINGS_MODULE": "tallybook.config.settings", "TALLYBOOK_LINK_PACE_SECONDS": "1"}
    with served(command_environment | variables) as one:
        yield one


# A part of a JSON document is no JSON: of that one, all that is asked for is the part that is the whole.
@pytest.mark.parametrize(("form", "ranges"), [("csv", ""), ("json", '"header.Range" = "bytes=0-"\n')])
def test_all_checks_pass(make: Callable[[str], dict[str, str]], address: str, tmp_path: Path, form: str, ranges: str) -> None:
    link = make(form)
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(f'[parameters]\n"path.id" = "{link["id"]}"\n{ranges}{_ACCEPTED}', encoding="utf-8")
    program = Path(sys.executable).with_name("schemathesis")
    options = ["--header", f"X-API-KEY: {link['key']}", "--checks", "all", "--max-examples", "25", "--seed", "1"]
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
    print(f"schemathesis, all checks, {form}: {found[1]} cases, 0 failures")  # noqa: T201
    assert int(found[1]) >= 20
