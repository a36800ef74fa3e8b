"""The folder of the server's socket.

A socket's path holds 107 bytes at most, and the user as whom the server runs must be able to reach it. So the socket
lies beside the data where the path is short and we are that user, and otherwise in a short folder whose name follows
from where the data are: two commands must find the same one, whatever their environment says. (XDG_RUNTIME_DIR is no
such place: it differs between a login and a cron job, and vanishes with the last login.)
"""

import hashlib
import os
import stat
from pathlib import Path

from tallybook.database.embedded.accounts import Account
from tallybook.errors import DatabaseUnavailable

PORT = 5432
LONGEST_BYTES = 107
SOCKET = f".s.PGSQL.{PORT}"
ROOTS_FOLDER = Path("/run/tallybook-postgresql")
SHORT_FOLDER = Path("/tmp")  # noqa: S108  # the only short place every user may write; the folder is checked to be ours


def socket_folder(folder: Path, account: Account) -> Path:
    """Where the socket of the server in this folder is, for this user of the server."""
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    if not account.is_self:
        return ROOTS_FOLDER / name
    if _fits(folder / "socket"):
        return folder / "socket"
    return SHORT_FOLDER / f"tallybook-{account.uid}-{name}"


def make_socket_folder(folder: Path, account: Account) -> None:
    """Makes the folder where it is missing. Nobody else may have made it: he could put a server of his own there."""
    try:
        if not account.is_self:
            _make(folder.parent, 0o755, os.geteuid())
        _make(folder, 0o700 if account.is_self else 0o755, account.uid)
    except OSError as error:
        raise DatabaseUnavailable(
            f"The folder {folder} for the database's socket cannot be made ({error.strerror}): mend it and try again."
        ) from error


def clear_socket_folder(folder: Path) -> None:
    """Removes what a killed server has left. Only for whoever has the lock on the data, and so knows that it is gone.

    The server would refuse to start if the number in its socket's lock file were anybody's by now.
    """
    for name in (SOCKET, f"{SOCKET}.lock"):
        (folder / name).unlink(missing_ok=True)


def _make(folder: Path, mode: int, uid: int) -> None:
    try:
        folder.mkdir(mode=mode)
        folder.chmod(mode)
        os.chown(folder, uid, -1)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
            raise DatabaseUnavailable(
                f"The folder {folder} for the database's socket was made by somebody else: remove it and try again."
            ) from None
        os.chown(folder, uid, -1)


def _fits(folder: Path) -> bool:
    """Whether a socket there can be named to the server and in an address, in which a comma divides hosts."""
    name = str(folder / SOCKET)
    return len(os.fsencode(name)) <= LONGEST_BYTES and name.isprintable() and not set(name) & set(',"\\')
