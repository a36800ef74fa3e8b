"""What the planner knows of the ledger.

PostgreSQL counts by itself, but only some time later. Until then it takes a ledger that was filled a moment ago for empty, and
a report of it takes half a minute instead of a second.
"""

from tallybook.database.queries import write

# Fewer rows than this change no plan; an ANALYZE takes a third of a second whatever the size.
_ROWS_WORTH_COUNTING = 1000


def refresh_statistics(rows_written: int) -> None:
    """Let the planner look at the ledger anew after many rows were written. Call outside of a transaction.

    Whoever else holds a table, be it autovacuum or another import, makes it unnecessary: the table is skipped.
    """
    if rows_written >= _ROWS_WORTH_COUNTING:
        write("ANALYZE (SKIP_LOCKED) customer, organisation, entry, usage_item")
