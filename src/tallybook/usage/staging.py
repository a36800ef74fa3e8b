"""Rows on their way into the ledger: the temporary table `staged` of the transaction, filled by COPY, and `told`, its digest.

COPY FROM is refused on tables under row-level security, and what a file says has to be compared as a whole before any of it
counts; so rows are staged first. The table goes with the transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Copy

from tallybook.database.queries import rows

_MANY_ROWS = 5000
# With the server's default the stage would be sorted and hashed on disk.
_WORK_MEMORY = "128MB"
# What COPY's text format gives a meaning.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

# The columns of a staged row in order. Only those marked NOT NULL are always there; NULL means that the source does not say.
COLUMNS = {
    "line": "integer NOT NULL",
    "month": "date NOT NULL",
    "customer_id": "uuid NOT NULL",
    "object_key": "uuid NOT NULL",
    "product_id": "smallint NOT NULL",
    "organisation_id": "uuid",
    "object_type": "text NOT NULL",
    "object_name": "text NOT NULL",
    "object_name_folded": "text NOT NULL",
    "object_details": "text",
    "object_email": "text",
    "object_id": "text",
    "plan": "text",
    "licence": "text",
    "deleted": "boolean",
    "invoice": "text",
    "days_mask": "integer NOT NULL DEFAULT 0",
    "days_backed_up": "smallint",
    "first_backup": "timestamptz",
    "last_backup": "timestamptz",
    "protected_bytes": "bigint",
    "stored_bytes": "bigint",
    "adjustment_for": "date",
}


# What the staged rows speak of, in one pass. The lines are the first of each generation (see `tallybook.usage.judging`).
_GATHER_TOLD = """
    CREATE TEMPORARY TABLE told ON COMMIT DROP AS
    SELECT month, customer_id, product_id, organisation_id,
        min(line) FILTER (WHERE invoice IS NOT NULL) AS first_b, min(line) FILTER (WHERE invoice IS NULL) AS first_a
    FROM staged GROUP BY month, customer_id, product_id, organisation_id
"""


class Stage:
    """Takes rows, as the cells of the columns that were asked for, while its COPY is open.

    Lines are joined here and not by the csv module, which takes ten times as long for them: a tenth of a whole import.
    """

    def __init__(self, copy: Copy, width: int) -> None:
        self._copy = copy
        self._tabs = width - 1
        self.row_count = 0

    def add(self, columns: Sequence[Iterable[str]]) -> None:
        """Stage rows by their columns, each cell as PostgreSQL reads it; an empty one is NULL.

        What fits into a socket is best handed over at a time: while PostgreSQL takes it in, the next rows are made.
        """
        if not (rows := list(zip(*columns, strict=True))):
            return
        self.row_count += len(rows)
        # What has to be escaped is looked for in all of them at once: it is rare.
        block = "\n".join(map("\t".join, rows))
        as_is = "\\" not in block and "\r" not in block
        if not (as_is and block.count("\n") == len(rows) - 1 and block.count("\t") == len(rows) * self._tabs):
            block = "\n".join(["\t".join([cell.translate(_ESCAPED) for cell in cells]) for cells in rows])
        self._copy.write((block + "\n").encode())


@contextmanager
def staging(given: Sequence[str]) -> Iterator[Stage]:
    """A fresh stage in the current transaction. No other query can run until it is left.

    Args:
        given: the columns that the rows have, in the order of their cells. The others stay NULL, and cost nothing.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged")
        cursor.execute(f"CREATE TEMPORARY TABLE staged ({columns}) ON COMMIT DROP")
        statement = f"COPY staged ({', '.join(given)}) FROM STDIN (FORMAT text, NULL '')"
        # Django's errors instead of the driver's, as from every other statement.
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            stage = Stage(copy, len(given))
            yield stage
        _prepare_comparing(cursor, stage.row_count)


def staged_months() -> tuple[date, ...]:
    """The months of the staged rows."""
    return tuple(month for (month,) in rows("SELECT DISTINCT month FROM told"))


class MonthTold(NamedTuple):
    """A month of which staged rows speak, and of how many customers in it."""

    month: date
    customers: int


def months_told() -> list[MonthTold]:
    """By month."""
    return [
        MonthTold(*row) for row in rows("SELECT month, count(DISTINCT customer_id) FROM told GROUP BY month ORDER BY month")
    ]


def _prepare_comparing(cursor: CursorWrapper, row_count: int) -> None:
    """Put the stage in order and let the planner know it: it is compared with the ledger as a whole."""
    # Rows in the order of the ledger's index go into it in half of the time, and repeats stand side by side.
    # A rough idea is enough, and a tenth of the usual sample is a tenth of the time.
    cursor.execute("SET LOCAL default_statistics_target = 10")
    cursor.execute("CREATE INDEX ON staged (month, customer_id, object_key)")
    cursor.execute("ANALYZE staged")
    cursor.execute("SELECT set_config('work_mem', %s, true)", [_WORK_MEMORY])
    # Of a ledger that was filled a moment ago the planner knows nothing yet. For a row and the next it then walks through the
    # whole stage: hours, where hashing takes a second. For few rows such walks are short, and looking each up is right.
    if row_count > _MANY_ROWS:
        cursor.execute("SET LOCAL enable_nestloop = off")
    cursor.execute("DROP TABLE IF EXISTS told")
    cursor.execute(_GATHER_TOLD)
    cursor.execute("ANALYZE told")
