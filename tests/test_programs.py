"""The system's programs that `make test` needs: named in one line where they may not be installed, else installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.docs.pages import README, ROOT

SCRIPT = ROOT / "tests" / "programs.sh"
PAIRS = ("first,also-first:first-package", "second:second-package", "nginx-of-a-test:nginx")
OF_THE_SHELL = ("chmod", "rm", "sh", "tr")
ROOTS, SOMEBODYS = "0", "1000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The only folder in PATH (but for the system's), with an apt-get and a systemctl that only tell how they were called."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in OF_THE_SHELL:
        (folder / name).symlink_to(shutil.which(name) or "")
    for name in ("apt-get", "systemctl"):
        add(folder, name, f'echo "{name} $* $(test -e "$POLICY" && echo unstarted)" >>"{tmp_path}/calls"')
    return folder


def add(folder: Path, name: str, does: str = "") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def look(folder: Path, user: str) -> tuple[int, str, list[str]]:
    """Runs the script as if by this user; gives its status, what it said, and how apt-get and systemctl were called."""
    add(folder, "id", f"echo {user}")
    variables = os.environ | {"PATH": str(folder), "POLICY": str(folder.parent / "policy")}
    done = subprocess.run([SCRIPT, *PAIRS], env=variables, capture_output=True, text=True, timeout=30, check=False)
    calls = folder.parent / "calls"
    return done.returncode, done.stdout + done.stderr, calls.read_text().splitlines() if calls.exists() else []


@pytest.mark.parametrize("user", [ROOTS, SOMEBODYS])
@pytest.mark.parametrize("name", ["first", "also-first"])
def test_where_all_are_there_nothing_is_said_or_done(folder: Path, user: str, name: str) -> None:
    for program in (name, "second", "nginx-of-a-test"):
        add(folder, program)
    status, said, calls = look(folder, user)
    assert (status, said, calls) == (0, "", [])


def test_an_ordinary_user_is_told_in_one_line(folder: Path) -> None:
    add(folder, "second")
    status, said, calls = look(folder, SOMEBODYS)
    assert (status, calls) == (1, [])
    assert said == "The tests need more programs: sudo apt-get install first-package nginx\n"


def test_without_apt_root_is_told_the_same(folder: Path) -> None:
    (folder / "apt-get").unlink()
    if shutil.which("apt-get", path="/usr/sbin:/sbin"):
        pytest.fail("apt-get lies where servers do.")
    status, said, _ = look(folder, ROOTS)
    assert status == 1
    assert said == "The tests need more programs: sudo apt-get install first-package second-package nginx\n"


def test_root_gets_what_is_missing_and_no_service_is_started(folder: Path) -> None:
    add(folder, "first")
    status, said, calls = look(folder, ROOTS)
    assert (status, said) == (0, "")
    assert calls == [
        "apt-get update -qq unstarted",
        "apt-get install -y -qq second-package nginx unstarted",
        "systemctl --quiet disable nginx unstarted",
    ]
    assert not (folder.parent / "policy").exists()


def test_a_policy_of_the_machine_stays(folder: Path) -> None:
    policy = folder.parent / "policy"
    policy.write_text("its own", encoding="utf-8")
    status, _, calls = look(folder, ROOTS)
    assert (status, len(calls)) == (0, 3)
    assert policy.read_text(encoding="utf-8") == "its own"


def test_make_test_looks_for_what_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    packages = re.findall(r"[\w,-]+:([a-z]+)", makefile[makefile.index("PROGRAMS :=") : makefile.index(".PHONY: programs")])
    named = README.read_text(encoding="utf-8").lower().replace("node.js", "nodejs")
    assert len(packages) == 8
    assert [package for package in packages if package not in named] == []
    assert re.search(r"^test: setup programs ", makefile, re.MULTILINE)
