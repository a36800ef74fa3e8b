"""An installation that exists only while it is measured."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import django
import psutil

from bench.processes import Ran, run_measured
from tallybook.database import embedded
from tallybook.database.embedded import EmbeddedServer

_STOPPING_SECONDS = 120
# Programs are measured with their bytecode, as they are installed.
_NOT_KEPT = ("TALLYBOOK_", "DJANGO_", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with a home for Tallybook and room for files, and the environment that points there."""

    folder: Path
    environment: dict[str, str]

    @classmethod
    def below(cls, folder: Path) -> "Installation":
        """Take over this process too: its own settings point to the folder from now on."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_KEPT)}
        ours = {
            "TALLYBOOK_HOME": str(folder / "home"),
            "DJANGO_SETTINGS_MODULE": "tallybook.config.settings",
            # Files that are built before they are sent stand on the same disk as all others.
            "TMPDIR": str(folder),
        }
        for name in os.environ.keys() - kept.keys():
            del os.environ[name]
        os.environ.update(ours)
        return cls(folder, kept | ours)

    @property
    def server(self) -> EmbeddedServer:
        return embedded.hold(self.folder / "home")

    def open(self) -> None:
        """Start the database and connect this process to it."""
        django.setup()
        # Models can be imported only once Django knows its settings.
        from tallybook.commands.environment import open_database  # noqa: PLC0415

        open_database()

    def close(self) -> None:
        """Let go of the database and wait until its server has ended, so that the folder can be removed."""
        from django.db import connections  # noqa: PLC0415 - as above

        connections.close_all()
        embedded.release()
        # Without the file nothing was started; without the process it has ended.
        with suppress(FileNotFoundError, psutil.NoSuchProcess):
            keeper = int((self.folder / "home" / "postgresql" / "keeper.lock").read_text())
            psutil.Process(keeper).wait(_STOPPING_SECONDS)

    def tallybook(self, *arguments: str) -> Ran:
        """Run a command of Tallybook's to its end."""
        return run_measured(self.command(*arguments), self.environment, self.folder / "command.log")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "tallybook", *arguments]
