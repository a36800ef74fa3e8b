"""The Postman collection of a link, run by Newman, Postman's own runner."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.bookkeeping import usage
from tests.docs.pages import ROOT
from tests.links.made_links import Made, make_link
from tests.links.serving import LinkServer
from tests.proxies import program

from tallybook.links.snippets import postman_collection
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

_NEWMAN = Path(sys.prefix) / "newman" / "node_modules" / "newman" / "bin" / "newman.js"
_PACKAGES = ROOT / "tests" / "newman"
_ENDED_WITHIN_SECONDS = 120


@pytest.fixture
def link(subscription: Subscription, take: Callable[..., Summary]) -> Made:
    take([usage()])
    return make_link(subscription)


@pytest.fixture
def run_collection(link: Made, link_server: LinkServer, tmp_path: Path) -> Callable[[str], tuple[int, Any]]:
    """Runs the collection of the link with a key; gives Newman's status, and what it writes of the run."""
    collection, told = tmp_path / "collection.json", tmp_path / "run.json"
    url = f"http://127.0.0.1:{link_server.port}/api/v1/report-links/{link.id}"
    collection.write_text(postman_collection('October, "all"', url), encoding="utf-8")

    def run(key: str) -> tuple[int, Any]:
        if not _NEWMAN.exists():
            pytest.fail("This test needs Newman, which `make test` installs.", pytrace=False)
        options: list[str | Path] = ["--env-var", f"key={key}", "--reporters", "json", "--reporter-json-export", told]
        ran = subprocess.run(
            [program("node"), _NEWMAN, "run", collection, *options],
            capture_output=True,
            timeout=_ENDED_WITHIN_SECONDS,
            check=False,
        )
        return ran.returncode, json.loads(told.read_text(encoding="utf-8"))["run"]

    return run


def test_it_gets_the_report_and_takes_a_refusal_for_the_pace_well(
    link: Made, run_collection: Callable[[str], tuple[int, Any]]
) -> None:
    codes = []
    for _ in range(2):
        status, run = run_collection(link.key)
        assert (status, run["failures"], run["stats"]["assertions"]) == (0, [], {"total": 2, "pending": 0, "failed": 0})
        codes += [one["response"]["code"] for one in run["executions"]]
    assert codes[0] == 200
    assert codes[1] in {200, 429}, "Newman may take longer to start than the pace is long."


def test_it_fails_without_the_right_key(run_collection: Callable[[str], tuple[int, Any]]) -> None:
    status, run = run_collection("no-key")
    assert (status, run["stats"]["assertions"]["failed"]) == (1, 2)
    assert [one["response"]["code"] for one in run["executions"]] == [401]


def test_what_npm_installs_is_locked_by_hashes_and_names_no_registry() -> None:
    wanted = json.loads((_PACKAGES / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((_PACKAGES / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    installed = {name: package for name, package in packages.items() if name}
    assert len(installed) > len(wanted)
    assert [name for name, package in installed.items() if "integrity" not in package or "resolved" in package] == []
