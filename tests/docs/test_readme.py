"""The README's commands, run as they stand in a copy of the checkout on its own."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from tests.docs.pages import README, ROOT, blocks
from tests.docs.shell import environment, run, succeed

DEMO, TEST, INSTALL, STEPS = blocks(README.read_text(encoding="utf-8"), "sh")
QUICK_SECONDS = 30
_REGISTRY_IS_AWAY = re.compile(
    "Temporary failure in name resolution|NewConnectionError|ConnectTimeout|No matching distribution found|Connection refused"
)


def test_make_test_is_what_has_to_pass() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert TEST == "make test\n"
    assert TEST.strip() in gate
    assert "make check" in gate


def test_the_table_has_every_verb() -> None:
    told = set(re.findall(r"^\| `make (\w+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert told == set(re.findall(r"^(\w+):.*## ", makefile, re.MULTILINE)) - {"help"}


@pytest.mark.slow
def test_the_commands_of_the_readme(tmp_path: Path) -> None:
    """One test, since each step stands on the one before: make, pip, the first steps. Needs the package registry."""
    checkout = _copy_checkout(tmp_path / "a checkout")
    variables = _own_environment(tmp_path)
    sign_in = _make_demo_twice(checkout, variables)
    _install_without_make(checkout, variables, sign_in)
    _first_steps(checkout, variables)


def _make_demo_twice(checkout: Path, variables: dict[str, str]) -> str:
    """Runs `make demo` without serving; gives what it says of signing in."""
    demo = f"{DEMO.strip()} ARGS=--no-serve"
    first = _succeed_online(demo, variables, checkout)
    assert "http://localhost:8000" in first
    report = '.venv/bin/tallybook report --subscription "Demo MSP" --from 2020-01 --to 2099-12'
    before = succeed(report, variables, checkout)
    began = time.monotonic()
    second = succeed(demo, variables, checkout)
    assert time.monotonic() - began < QUICK_SECONDS
    told = second[second.index("The demo's subscription") :]
    assert told in first
    assert succeed(report, variables, checkout) == before
    assert before.count("\n") > 1000
    return told


def _install_without_make(checkout: Path, variables: dict[str, str], sign_in: str) -> None:
    shown = _succeed_online(f"{INSTALL.strip()} --no-serve --json", variables, checkout).splitlines()[-1]
    elsewhere = checkout.parent / "elsewhere"
    elsewhere.mkdir()
    alone = succeed(f'"{checkout}/environment/bin/tallybook" demo --no-serve --json', variables, elsewhere)
    told = json.loads(alone)
    assert json.loads(shown) == told
    assert list(told) == ["url", "subscription", "email", "password"]
    assert told["password"] in sign_in
    assert (Path(variables["XDG_DATA_HOME"]) / "tallybook" / "postgresql" / "data").is_dir()
    assert not list(elsewhere.iterdir())


def _first_steps(checkout: Path, variables: dict[str, str]) -> None:
    *steps, serve = STEPS.strip().splitlines()
    with_program = variables | {"PATH": f"{checkout / 'environment' / 'bin'}{os.pathsep}{variables['PATH']}"}
    out = succeed("\n".join(steps), with_program, checkout)
    assert "Password: " in out
    assert "1,728 new" in out
    assert (checkout / "october.csv").read_text(encoding="utf-8").count("\n2026-10,") == 590
    assert serve == "tallybook serve"
    _serve(serve.split(), with_program, checkout)


def _serve(command: list[str], variables: dict[str, str], folder: Path) -> None:
    """Serves on a free port in place of 8000, which somebody may use, and stops when it has answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = shutil.which(command[0], path=variables["PATH"])
    assert program
    with subprocess.Popen([program, *command[1:], "--port", str(port)], cwd=folder, env=variables) as process:
        try:
            assert [_ask(f"http://localhost:{port}/{name}") for name in ("healthz", "readyz")] == ["ok", "ok"]
        finally:
            process.terminate()
    assert process.returncode == 0


def _ask(address: str, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own server
                return str(answer.read().decode())
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _succeed_online(script: str, variables: dict[str, str], folder: Path) -> str:
    """Like `succeed`, for commands that fetch packages: says so if it was the registry that did not answer."""
    done = run(script, variables, folder)
    if done.returncode and _REGISTRY_IS_AWAY.search(done.stdout + done.stderr):
        pytest.fail(f"The package registry cannot be reached, which `{script}` needs:\n{done.stderr[-1500:]}")
    assert done.returncode == 0, f"{script}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def _own_environment(folder: Path) -> dict[str, str]:
    """A shell with an empty temporary and data folder. pip's cache and configuration stay those of the user."""
    scratch = folder / "scratch"
    scratch.mkdir()
    python = Path(getattr(sys, "_base_executable", sys.executable)).parent  # the one that made this environment
    return environment(python, TMPDIR=scratch, XDG_DATA_HOME=folder / "data of the user")


def _copy_checkout(target: Path) -> Path:
    """What a checkout has: no environment, no cache, no history."""
    made_here = shutil.ignore_patterns(".git", ".venv", ".*cache", ".hypothesis", "__pycache__", "environment")
    return Path(shutil.copytree(ROOT, target, ignore=made_here))
