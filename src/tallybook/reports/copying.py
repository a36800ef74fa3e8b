"""Query results as bytes, by COPY: fifteen times as fast as rows through Python."""

from itertools import islice
from typing import IO

from django.db import connection

from tallybook.database.queries import Parameters

# psycopg hands out one row at a time; joined to blocks of about 64 KiB the rest of the way is seven times as fast.
_ROWS_A_BLOCK = 250


def copy_rows(query: str, parameters: Parameters, form: str, target: IO[bytes], *, separator: bytes) -> int:
    """Write the result of `COPY (query) TO STDOUT (form)` with this separator between its rows. Returns how many there are.

    Only the last byte of a row is taken for its end: line breaks inside a value stay what they were.
    """
    count = 0
    # Django's errors instead of the driver's, as from every other statement.
    statement = f"COPY ({query}) TO STDOUT ({form})"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement, parameters) as copy:
        rows = iter(copy)
        while block := [row[:-1] for row in islice(rows, _ROWS_A_BLOCK)]:
            if count:
                target.write(separator)
            target.write(separator.join(block))
            count += len(block)
    return count
