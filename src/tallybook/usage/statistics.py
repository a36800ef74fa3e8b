"""What the planner knows of the ledger.

PostgreSQL counts by itself, but only some time later. Until then it takes a ledger that was filled a moment ago for empty, and
a report of it takes half a minute instead of a second.
"""

from contextlib import suppress

from django.db import DatabaseError, transaction

from tallybook.database.queries import rows, write

_TABLES = ("customer", "organisation", "entry", "usage_item")

# A table that grew by less than a tenth since it was looked at last is still known well enough: looking costs up to seconds.
_OUTGROWN = """
    SELECT c.relname FROM pg_class c JOIN pg_stat_user_tables t ON t.relid = c.oid
    WHERE c.relname = ANY(%(tables)s) AND t.n_mod_since_analyze > greatest(c.reltuples, 1000) / 10
    ORDER BY c.relname
"""


# A quarter of the usual sample, in less than a quarter of the time, is enough for how many rows a month or a customer has.
_ROUGHLY = "SET LOCAL default_statistics_target = 25"


def refresh_statistics() -> None:
    """Let the planner look at the tables that have changed much. Call outside of a transaction.

    Whoever else holds a table, be it autovacuum or another import, makes it unnecessary: the table is skipped.
    """
    # Only a hint to the planner: what was committed before stands whether or not it is given.
    with suppress(DatabaseError):
        # What was written is told to the statistics only now.
        rows("SELECT pg_stat_force_next_flush()")
        for (table,) in rows(_OUTGROWN, {"tables": list(_TABLES)}):
            with transaction.atomic():
                write(_ROUGHLY)
                write(f"ANALYZE (SKIP_LOCKED) {table}")
