"""What lies where below the home of an installation."""

import os
from dataclasses import dataclass
from pathlib import Path

from tallybook.database.embedded.accounts import name_of
from tallybook.errors import DatabaseUnavailable


@dataclass(frozen=True)
class Layout:
    """The files of the embedded server, all in one folder `postgresql` below the home."""

    folder: Path

    @classmethod
    def below(cls, home: Path) -> "Layout":
        """Follows links, so that two ways to one folder are one server."""
        try:
            return cls((home / "postgresql").resolve())
        except (OSError, RuntimeError) as error:
            raise DatabaseUnavailable(_unusable(home, error)) from error

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def passwords(self) -> Path:
        return self.folder / "pgpass"

    @property
    def holders_lock(self) -> Path:
        """Shared by every process that uses the server; the keeper takes it alone before it stops the server."""
        return self.folder / "holders.lock"

    @property
    def starting_lock(self) -> Path:
        """Held alone by the one command that starts the server, or looks whether it has to."""
        return self.folder / "starting.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held alone by the keeper for its life; the file contains its process id."""
        return self.folder / "keeper.lock"

    def make(self) -> None:
        """Makes the folders where they are missing, closed to everybody else."""
        try:
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise DatabaseUnavailable(_unusable(self.folder.parent, error)) from error
        self.check()

    def check(self) -> None:
        """Refuses a folder that is somebody else's, or cannot be looked into. Touches nothing."""
        try:
            owner = self.folder.stat().st_uid
        except FileNotFoundError:
            return
        except OSError as error:
            raise DatabaseUnavailable(_unusable(self.folder.parent, error)) from error
        if owner != os.geteuid():
            raise DatabaseUnavailable(
                f"The database folder {self.folder} belongs to the user {name_of(owner)}, and this command runs as "
                f"{name_of(os.geteuid())}: run it as {name_of(owner)}, or choose another home with TALLYBOOK_HOME."
            )


def _unusable(home: Path, error: OSError | RuntimeError) -> str:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return (
        f"The folder {home} cannot be used for the database ({reason}): "
        "make it a folder that this user may write, run the command as its owner, or choose another with TALLYBOOK_HOME."
    )
