"""What a PostgreSQL server has to be and to grant before Tallybook works with it."""

from django.db import OperationalError, ProgrammingError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tallybook.errors import DatabaseUnavailable

OLDEST_VERSION = 180000
DURABILITY_SETTINGS = ("fsync", "full_page_writes", "synchronous_commit")

_VARIABLES = {"default": "TALLYBOOK_DATABASE_URL", "owner": "TALLYBOOK_OWNER_DATABASE_URL"}


def reachable(alias: str) -> BaseDatabaseWrapper:
    """The connection behind an alias, once it answers and is new enough.

    Raises:
        DatabaseUnavailable: says which address fails and why.
    """
    connection = connections[alias]
    try:
        connection.ensure_connection()
        # Also the first use of a connection that was kept, and may have died meanwhile.
        _check_version(connection)
    except (OperationalError, ProgrammingError) as error:
        # libpq tries several ways and hints below each, indented; the last word that is no hint is the reason.
        reason = [line for line in str(error).splitlines() if line and not line[0].isspace()][-1]
        raise DatabaseUnavailable(
            f"The database does not answer ({reason}). Check {_VARIABLES[alias]} and that the server runs."
        ) from None
    return connection


def check_runtime_role() -> None:
    """The role that serves requests must be bound by row-level security.

    Raises:
        DatabaseUnavailable: the role is a superuser, bypasses row-level security, or owns a table of a subscription.
    """
    with reachable("default").cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        name, unbound = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
            "AND pg_has_role(current_user, relowner, 'MEMBER')"
        )
        owned = cursor.fetchone()[0]
    if unbound:
        raise DatabaseUnavailable(
            f"The role {name} is a superuser or bypasses row-level security, so that nothing would keep subscriptions apart. "
            "Use a plain role in TALLYBOOK_DATABASE_URL."
        )
    if owned:
        raise DatabaseUnavailable(
            f"The role {name} owns tables, so that it could lift row-level security. Use one role in TALLYBOOK_DATABASE_URL "
            "and another, the owner, in TALLYBOOK_OWNER_DATABASE_URL."
        )


def durability_warnings() -> list[str]:
    """A sentence for each server setting that lets a crash lose what was acknowledged."""
    warnings = []
    with reachable("default").cursor() as cursor:
        for setting in DURABILITY_SETTINGS:
            cursor.execute("SELECT current_setting(%s)", [setting])
            if cursor.fetchone()[0] == "off":
                warnings.append(f"PostgreSQL runs with {setting} = off: a crash can lose usage. Turn it on.")
    return warnings


def _check_version(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, name = cursor.fetchone()
    if number < OLDEST_VERSION:
        raise DatabaseUnavailable(f"PostgreSQL {name} is too old: Tallybook needs 18 or newer. Upgrade the server.")
