"""Rows on their way into the ledger: a temporary table of the transaction, filled by COPY.

COPY FROM is refused on tables under row-level security, and what a file says has to be compared as a whole before any of it
counts; so rows are staged first. The table goes with the transaction.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from psycopg import Copy

_ROWS_A_WRITE = 4000


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
    "object_details_folded": "text",
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


class Stage:
    """Takes rows, as tuples of the columns that were asked for, while its COPY is open."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._buffer = io.StringIO()
        self._write = csv.writer(self._buffer, lineterminator="\n").writerow
        self._rows = 0

    def add(self, row: Iterable[object]) -> None:
        self._write(row)
        self._rows += 1
        if self._rows % _ROWS_A_WRITE == 0:
            self.flush()

    def flush(self) -> None:
        self._copy.write(self._buffer.getvalue().encode())
        self._buffer.seek(0)
        self._buffer.truncate()


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
        with cursor.copy(f"COPY staged ({', '.join(given)}) FROM STDIN (FORMAT csv)") as copy:
            stage = Stage(copy)
            yield stage
            stage.flush()
        cursor.execute("ANALYZE staged")
