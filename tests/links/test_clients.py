"""Real clients at a real server."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.bookkeeping import chosen, report, usage
from tests.conftest import Ran
from tests.console.browsing import served
from tests.proxies import program

from tallybook.subscriptions.models import Subscription

PACE_SECONDS = "2"


def test_curl_fetches_retries_and_goes_on_where_it_was_cut(
    subscription: Subscription,
    take: Callable[..., object],
    run: Callable[..., Ran],
    command_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    take([usage(object_name=f"Person {number}") for number in range(500)])
    months = ("--from", "2026-10", "--to", "2026-10")
    made = run("link", "create", "--subscription", subscription.name, "--name", "PSA", *months, "--allow-anyone", "--json").json
    expected = report(chosen(subscription, "2026-10", "2026-10"))
    with served(command_environment | {"TALLYBOOK_LINK_PACE_SECONDS": PACE_SECONDS}) as address:
        url = f"{address}/api/v1/report-links/{made['id']}"
        call = [program("curl"), "--silent", "--show-error", "--fail", "--header", f"X-API-KEY: {made['key']}", url]
        whole, again, cut = tmp_path / "whole.csv", tmp_path / "again.csv", tmp_path / "cut.csv"
        assert subprocess.run([*call, "--output", whole], check=False).returncode == 0
        assert whole.read_bytes() == expected

        cut.write_bytes(expected[:1000])
        assert subprocess.run([*call, "--continue-at", "-", "--output", cut], check=False).returncode == 0
        assert cut.read_bytes() == expected

        assert subprocess.run([*call, "--output", again], check=False, capture_output=True).returncode == 22
        assert subprocess.run([*call, "--retry", "3", "--compressed", "--output", again], check=False).returncode == 0
        assert again.read_bytes() == expected
