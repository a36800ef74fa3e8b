"""The program as a whole: help, version, wrong words, and an output that nobody reads."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version

import pytest
from tests.conftest import Ran

from tallybook.subscriptions.models import Subscription

Run = Callable[..., Ran]
COMMANDS = ("demo", "serve", "migrate", "import", "report", "subscription", "user", "product", "customer")


def test_the_version_is_the_packages(run: Run) -> None:
    done = run("--version")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"tallybook {version('tallybook')}\n"


def test_help_names_every_command_and_needs_no_database(run: Run) -> None:
    done = run("--help", TALLYBOOK_DATABASE_URL="postgresql://nobody@/nothing?host=/nonexistent")
    assert (done.status, done.err) == (0, "")
    assert [name for name in COMMANDS if not re.search(rf"^ +{name}\b", done.out, re.MULTILINE)] == []


@pytest.mark.parametrize("command", ["import", "report", "serve", "customer rename", "user create"])
def test_help_of_a_command_tells_its_options(run: Run, command: str) -> None:
    done = run(*command.split(), "--help")
    assert (done.status, done.err) == (0, "")
    assert "--help" in done.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["report"],
        ["import", "--subscription", "x"],
        ["report", "--no-such-option"],
        ["serve", "--port", "0"],
    ],
    ids=" ".join,
)
def test_wrong_words_are_status_2_without_a_traceback(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert "--help" in done.err


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        pytest.param({"TALLYBOOK_DATABASE_URL": "nonsense"}, "TALLYBOOK_DATABASE_URL is no PostgreSQL address", id="address"),
        pytest.param({"TALLYBOOK_SECRET_KEY": "short"}, "32 characters or more", id="secret key"),
        pytest.param({"TALLYBOOK_PUBLIC_URL": "http://bills.example"}, "has to be https", id="public address"),
        pytest.param({"TALLYBOOK_TRUSTED_PROXIES": "*"}, "* is no address and no network", id="proxies"),
        pytest.param({"TALLYBOOK_REPORT_TIMEOUT_SECONDS": "soon"}, "TALLYBOOK_REPORT_TIMEOUT_SECONDS", id="timeout"),
        pytest.param({"TALLYBOOK_SECRET_KEY_FILE": "/nonexistent"}, "cannot be read", id="secret file"),
    ],
)
def test_a_wrong_setting_is_one_sentence(run: Run, variables: dict[str, str], reason: str) -> None:
    done = run("subscription", "list", **variables)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("tallybook: ")
    assert reason in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["subscription", "list"], ["product", "list"], ["--help"]], ids=" ".join)
def test_an_output_that_nobody_reads_is_no_traceback(
    command_environment: dict[str, str], subscription: Subscription, arguments: list[str]
) -> None:
    assert subscription.name
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tallybook", *arguments]
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(command, env=command_environment, stdout=closed, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.stderr == b""
    assert done.returncode in (0, 1)


def test_an_output_on_a_full_disk_is_one_sentence(command_environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tallybook", "product", "list"]
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(command, env=command_environment, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(b"tallybook: ")
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr
