"""Commands that hold a server, as processes of their own, and the care that nothing outlives a test."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

import tallybook
from tallybook.database.embedded import EmbeddedServer, hold, release

# Says what it got as one line of JSON, and holds until its input ends.
COMMAND = """
import json, sys, time
from pathlib import Path
from tallybook.database.embedded import hold
from tallybook.errors import DatabaseUnavailable
began = time.monotonic()
try:
    server = hold(Path(sys.argv[1]))
except DatabaseUnavailable as error:
    print(json.dumps({"error": str(error)}))
    sys.exit(1)
print(json.dumps({
    "runtime_url": server.runtime_url,
    "owner_url": server.owner_url,
    "superuser_url": server.superuser_url,
    "seconds": time.monotonic() - began,
}), flush=True)
sys.stdin.read()
"""
KEEPER = "tallybook.database.embedded.keeper"


def _answer(command: "subprocess.Popen[str]") -> dict[str, str]:
    assert command.stdout is not None
    found: dict[str, str] = json.loads(command.stdout.readline())
    return found


def _eventually(condition: Callable[[], bool], seconds: float = 10) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds} seconds"
        time.sleep(0.02)
    return time.monotonic() - began


def _keepers(folder: Path) -> list[psutil.Process]:
    """The keepers of all servers below a folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline()
            if KEEPER in words and any(word.startswith(f"{folder}/") for word in words):
                found.append(process)
    return found


def _servers(folder: Path) -> list[psutil.Process]:
    """The processes of all servers below a folder: their working folder is the data folder."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd", "uids"])
        if process.info["name"] in {"postgres", "initdb"} and Path(process.info["cwd"] or "/").is_relative_to(folder)
    ]


def _end_all(folder: Path) -> None:
    """Stops every server below a folder and asserts that nothing is left of it."""
    for keeper in _keepers(folder):
        with suppress(psutil.NoSuchProcess):
            keeper.send_signal(signal.SIGTERM)
    _eventually(lambda: not _keepers(folder) and not _servers(folder), seconds=30)


@pytest.fixture
def answer() -> Callable[["subprocess.Popen[str]"], dict[str, str]]:
    """Reads what a command says: the addresses and the seconds it took, or its error."""
    return _answer


@pytest.fixture
def eventually() -> Callable[..., float]:
    """Waits until a condition holds and gives the seconds that it took."""
    return _eventually


@pytest.fixture
def keepers() -> Callable[[Path], list[psutil.Process]]:
    return _keepers


@pytest.fixture
def servers() -> Callable[[Path], list[psutil.Process]]:
    return _servers


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist yet, below folders that are closed to everybody else."""
    yield tmp_path / "home"
    release(tmp_path / "home")
    _end_all(tmp_path)


@pytest.fixture(scope="module")
def common_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for tests that only look, and can share one cluster."""
    folder = tmp_path_factory.mktemp("common")
    yield folder / "home"
    release(folder / "home")
    _end_all(folder)


@pytest.fixture
def common_server(common_home: Path) -> EmbeddedServer:
    """A server for tests that only look."""
    return hold(common_home)


@pytest.fixture(scope="session")
def stopped_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a cluster whose server does not run."""
    folder = tmp_path_factory.mktemp("stopped")
    hold(folder / "home")
    release(folder / "home")
    _end_all(folder)
    return folder / "home"


@pytest.fixture
def stopped(home: Path, stopped_home: Path) -> Path:
    """The data folder of a cluster in this test's home, whose server does not run."""
    subprocess.run(["/bin/cp", "-a", stopped_home, home], check=True)
    return home / "postgresql" / "data"


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts a command that holds the server of a home (this test's, unless told otherwise)."""
    commands: list[subprocess.Popen[str]] = []

    def begin(where: Path = home, *, python: str = sys.executable, **options: object) -> "subprocess.Popen[str]":
        command = subprocess.Popen(  # type: ignore[call-overload]  # options are those of Popen
            [python, "-c", COMMAND, where], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
        )
        commands.append(command)
        return command  # type: ignore[no-any-return]  # follows from the above

    yield begin
    for command in commands:
        command.kill()
        command.communicate()


@pytest.fixture
def strangers_folder() -> Iterator[Path]:
    """A folder of the user nobody, with the umlauts and blanks of real life."""
    folder = Path(tempfile.mkdtemp(prefix="tallybook für Gäste "))
    nobody = pwd.getpwnam("nobody")
    with suppress(PermissionError):
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    yield folder
    _end_all(folder)
    shutil.rmtree(folder)


@pytest.fixture
def as_nobody() -> dict[str, object]:
    """Options for `start`: run as the user nobody, with a Python that this user can reach."""
    if os.geteuid() != 0:
        pytest.skip("only root can run a command as somebody else")
    nobody = pwd.getpwnam("nobody")
    packages = [Path(tallybook.__file__).parents[1], Path(psycopg.__file__).parents[1]]
    options: dict[str, object] = {
        "user": nobody.pw_uid,
        "group": nobody.pw_gid,
        "extra_groups": (),
        "cwd": "/",
        "env": {"PYTHONPATH": os.pathsep.join(map(str, packages)), "PATH": "/usr/bin:/bin"},
    }
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(name, path="/usr/local/bin:/usr/bin")):
        if python and _works(python, options):
            return options | {"python": python}
    pytest.skip(f"the user nobody can reach neither {sys.executable} nor another {name} that runs our packages")


def _works(python: str, options: dict[str, object]) -> bool:
    try:
        done = subprocess.run(  # type: ignore[call-overload]  # options are those of Popen
            [python, "-c", "import tallybook.database.embedded"], check=False, capture_output=True, **options
        )
    except PermissionError:
        return False
    return bool(done.returncode == 0)
