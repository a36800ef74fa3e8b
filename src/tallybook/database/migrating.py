"""Making and updating the schema, as its owner; and what the runtime role may do with it."""

from django.core.management import call_command
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from tallybook.database.server_checks import reachable
from tallybook.errors import DatabaseUnavailable

# Any constant does; two commands that migrate at once take turns on it.
_MIGRATION_LOCK = 7_233_920_001


def is_migrated() -> bool:
    """Whether the schema is the one that this version of the program expects."""
    executor = MigrationExecutor(reachable("default"))
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate() -> None:
    """Bring the schema up to date as the owner. Two at once take turns; the second finds nothing to do.

    Raises:
        DatabaseUnavailable: the owner's address is wrong, or the owner lacks a right.
    """
    connection = reachable("owner")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
    try:
        _grant(connection, _runtime_role())
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        call_command("createcachetable", database="owner", verbosity=0)
    except DatabaseError as error:
        raise DatabaseUnavailable(
            f"The owner role may not make the schema: {str(error).strip().splitlines()[0]}. Let it own the database: "
            "ALTER DATABASE ... OWNER TO that role."
        ) from None
    finally:
        # Closing also gives the lock back.
        connection.close()


def _runtime_role() -> str:
    return str(connections["default"].settings_dict["USER"])


def _grant(connection: BaseDatabaseWrapper, role: str) -> None:
    """Let the runtime role read and write rows of all tables, also of those that libraries bring, and own none.

    MAINTAIN is for ANALYZE after an import (see `tallybook.usage.statistics`).
    """
    statements = (
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)).as_string())
