"""The generated passwords of the three roles, in a file of libpq's own form (`PGPASSFILE` may point to it)."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from tallybook.errors import DatabaseUnavailable

OWNER = "tallybook_owner"
RUNTIME = "tallybook"
SUPERUSER = "postgres"
ROLES = (OWNER, RUNTIME, SUPERUSER)

Passwords = dict[str, str]


def make_passwords(path: Path) -> None:
    """Writes new passwords, unless there are some: they have to be there before the cluster that is made with them."""
    if path.exists():
        return
    fresh = path.with_suffix(".new")
    with suppress(FileNotFoundError):
        fresh.unlink()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        # Letters, digits, - and _ only: nothing that a URL, SQL or this file would have to quote.
        file.writelines(f"*:*:*:{role}:{secrets.token_urlsafe(24)}\n" for role in ROLES)
        file.flush()
        os.fsync(descriptor)
    fresh.rename(path)


def read_passwords(path: Path) -> Passwords:
    """The password of each role."""
    try:
        fields = [line.split(":") for line in path.read_text().splitlines()]
        found = {role: password for _, _, _, role, password in fields}
        return {role: found[role] for role in ROLES}
    except (OSError, ValueError, KeyError) as error:
        raise DatabaseUnavailable(
            f"The passwords of the database cannot be read from {path}: "
            "put the file back from a backup, with mode 0600 and owned by the user who runs Tallybook."
        ) from error
