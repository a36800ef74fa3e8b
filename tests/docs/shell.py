"""Runs the commands of a page as somebody would who types them: in a shell, and with none of the tests' own settings."""

import os
import subprocess
import sys
from pathlib import Path

_OURS = ("TALLYBOOK_", "DJANGO_", "PYTHON", "PYTEST", "VIRTUAL_ENV", "MAKE", "MFLAGS", "XDG_DATA_HOME", "PG")
_SECONDS = 900


def environment(*path: Path, **variables: str | Path) -> dict[str, str]:
    """The variables of a fresh shell, with these folders first in PATH."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    own = str(Path(sys.executable).parent)
    folders = [*map(str, path), *(one for one in os.environ.get("PATH", "").split(os.pathsep) if one != own)]
    return inherited | {"PATH": os.pathsep.join(folders)} | {name: str(value) for name, value in variables.items()}


def run(script: str, variables: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a block of commands, to the first that fails."""
    shell = ["bash", "-eu", "-o", "pipefail", "-c", script]
    return subprocess.run(shell, cwd=folder, env=variables, capture_output=True, text=True, timeout=_SECONDS, check=False)


def succeed(script: str, variables: dict[str, str], folder: Path) -> str:
    """Run a block of commands that has to succeed, and give what it printed."""
    done = run(script, variables, folder)
    assert done.returncode == 0, f"{script}\nended with status {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
