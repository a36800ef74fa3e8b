"""Making a cluster, whole or not at all."""

import os
import secrets
import shutil

from tallybook.database.embedded.accounts import Account
from tallybook.database.embedded.binaries import Binaries, installed_binaries
from tallybook.database.embedded.layout import Layout
from tallybook.database.embedded.locks import closing_descriptor, open_folder, try_alone
from tallybook.database.embedded.passwords import OWNER, RUNTIME, SUPERUSER, Passwords, read_passwords
from tallybook.database.embedded.programs import run
from tallybook.errors import DatabaseUnavailable

DATABASE = "tallybook"
UNFINISHED = ".initialising-"

# For small installations; whoever has more memory says so in postgresql.conf. What must hold is said at the start (server.py).
SIZES = {
    "shared_buffers": "256MB",
    "wal_buffers": "16MB",
    "max_connections": "100",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


def check_version(layout: Layout) -> None:
    """Refuses data of another major version, which this server cannot read. Touches nothing."""
    if not layout.data.exists():
        return
    try:
        found = (layout.data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise DatabaseUnavailable(
            f"The folder {layout.data} is no database that can be read (PG_VERSION: {error.strerror}): "
            "put it back from a backup, or move it away to begin with an empty one."
        ) from error
    ours = installed_binaries().major
    if found != ours:
        raise DatabaseUnavailable(
            f"The database in {layout.data} was written by PostgreSQL {found}, and this Tallybook runs PostgreSQL "
            f"{ours}: dump it with pg_dump and a server {found}, move the folder {layout.folder} away, "
            "and restore the dump into the new database."
        )


def make_cluster(layout: Layout, binaries: Binaries, account: Account) -> None:
    """Makes the cluster in a folder beside its place and renames it when nothing is left to do."""
    fresh = layout.folder / f"{UNFINISHED}{secrets.token_hex(4)}"
    fresh.mkdir(mode=0o700)
    account.own(fresh)
    try:
        _fill(open_folder(fresh), binaries, account, read_passwords(layout.passwords))
        fresh.rename(layout.data)
        _sync(layout)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def remove_unfinished(layout: Layout) -> None:
    """Clears away what a making that was interrupted has left, unless one of its programs is still at it."""
    for folder in layout.folder.glob(f"{UNFINISHED}*"):
        with closing_descriptor(open_folder(folder)) as descriptor:
            if try_alone(descriptor):
                shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: int, binaries: Binaries, account: Account, passwords: Passwords) -> None:
    """Runs initdb and makes roles and database, in a folder given by its descriptor.

    The programs share the descriptor's lock, so that the folder is not cleared away under them. And they reach it by the
    descriptor alone: it may lie below folders that are closed to them.
    """
    with closing_descriptor(folder), closing_descriptor(os.memfd_create("password", 0)) as password:
        try_alone(folder)
        os.write(password, passwords[SUPERUSER].encode())
        run(_initdb(binaries, folder, password), account, keep=(folder, password))
        run(_single_user(binaries, folder), account, keep=(folder,), text=_roles(passwords))


def _initdb(binaries: Binaries, folder: int, password: int) -> list[str]:
    return [
        str(binaries.program("initdb")),
        f"--pgdata=/proc/self/fd/{folder}",
        f"--username={SUPERUSER}",
        f"--pwfile=/proc/self/fd/{password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        *(f"--set={name}={value}" for name, value in SIZES.items()),
    ]


def _single_user(binaries: Binaries, folder: int) -> list[str]:
    """PostgreSQL without a network: reads SQL, one statement a line, and is not shown to anybody meanwhile."""
    return [
        str(binaries.program("postgres")),
        "--single",
        "-D",
        f"/proc/self/fd/{folder}",
        "-c",
        "exit_on_error=on",
        "postgres",
    ]


def _roles(passwords: Passwords) -> str:
    login = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD"
    return "\n".join(
        [
            f"CREATE ROLE {OWNER} {login} '{passwords[OWNER]}';",
            f"CREATE ROLE {RUNTIME} {login} '{passwords[RUNTIME]}';",
            f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
            f"REVOKE ALL ON DATABASE {DATABASE}, postgres, template1 FROM PUBLIC;",
            f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {RUNTIME};",
            "",
        ]
    )


def _sync(layout: Layout) -> None:
    with closing_descriptor(open_folder(layout.folder)) as folder:
        os.fsync(folder)
