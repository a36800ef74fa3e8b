"""As whom the server runs.

PostgreSQL refuses to run as root. Whoever is not root runs it as himself.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from tallybook.errors import DatabaseUnavailable

SHARED_FOLDER = Path("/var/lib/tallybook")


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int

    @property
    def is_self(self) -> bool:
        return self.uid == os.geteuid()

    def own(self, path: Path) -> None:
        """Hands a file or folder over to this user; links are not followed."""
        if not self.is_self:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(data: Path) -> Account:
    """The user to run the server as: the one who owns the data, or who is to own them."""
    try:
        owner = data.stat().st_uid
    except FileNotFoundError:
        return _unprivileged() if os.geteuid() == 0 else _account_of(os.geteuid())
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if owner == 0:
        raise DatabaseUnavailable(
            f"The database in {data} belongs to root, as whom PostgreSQL refuses to run: "
            "give the folder and all in it back to the user who owned it (chown -R)."
        )
    return _account_of(owner)


def name_of(uid: int) -> str:
    """The name of a user, or the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _unprivileged() -> Account:
    """An own user where the shared folder is owned by one, else `postgres`, else `nobody`."""
    if SHARED_FOLDER.is_dir() and (owner := SHARED_FOLDER.stat().st_uid) != 0:
        return _account_of(owner)
    for name in ("postgres", "nobody"):
        try:
            return _account_of(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise DatabaseUnavailable(
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody: "
        "run Tallybook as an ordinary user, or set TALLYBOOK_DATABASE_URL to a PostgreSQL of your own."
    )


def _account_of(uid: int) -> Account:
    try:
        return Account(uid, pwd.getpwuid(uid).pw_gid)
    except KeyError:
        # initdb looks the name up and gives up without one.
        raise DatabaseUnavailable(
            f"PostgreSQL is to run as the user number {uid}, which has no name on this machine: "
            "add such a user (useradd), or set TALLYBOOK_DATABASE_URL to a PostgreSQL of your own."
        ) from None
