"""What every command needs before it works: a database that answers, is migrated, and keeps subscriptions apart."""

import sys

from django.conf import settings
from django.db import ProgrammingError

from tallybook.config.installation import Installation
from tallybook.database import embedded, migrating, server_checks
from tallybook.database.addresses import use_addresses
from tallybook.errors import DatabaseUnavailable, SettingRefused


def open_database() -> None:
    """Start or find the database, bring an embedded one up to date, and check it.

    Raises:
        DatabaseUnavailable: there is none, or it cannot be used as it is; the message says what to do.
    """
    reach_database()
    if not _is_migrated():
        if uses_own_database():
            raise DatabaseUnavailable("The database has not the schema of this version. Run `tallybook migrate` first.")
        migrating.migrate()
    server_checks.check_runtime_role()
    for warning in server_checks.durability_warnings():
        sys.stderr.write(f"tallybook: WARNING: {warning}\n")


def migrate_database() -> None:
    """Bring the schema up to date.

    Raises:
        SettingRefused: your own database without its owner's address.
        DatabaseUnavailable: see `tallybook.database.migrating`.
    """
    if not can_migrate():
        raise SettingRefused("Set TALLYBOOK_OWNER_DATABASE_URL to the address of the role that owns the schema.")
    reach_database()
    migrating.migrate()
    server_checks.check_runtime_role()


def reach_database() -> None:
    """Start the embedded PostgreSQL, or with your own see whether it answers."""
    if not uses_own_database():
        server = embedded.hold(_installation().home)
        use_addresses({"default": server.runtime_url, "owner": server.owner_url})
    server_checks.reachable("default")


def _is_migrated() -> bool:
    try:
        return migrating.is_migrated()
    except ProgrammingError as error:
        raise DatabaseUnavailable(
            f"The role in TALLYBOOK_DATABASE_URL may not read the schema ({str(error).strip().splitlines()[0]}). "
            "Run `tallybook migrate`, which grants what it needs."
        ) from None


def can_migrate() -> bool:
    """Whether the role that owns the schema is known."""
    return not uses_own_database() or _installation().owner_database_url is not None


def uses_own_database() -> bool:
    return _installation().database_url is not None


def _installation() -> Installation:
    installation: Installation = settings.INSTALLATION
    return installation
