"""The few ways in which SQL is run: a number, a statement that writes, rows at once or prepared, and rows as a stream."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from django.db import connection
from psycopg import Cursor

Parameters = Mapping[str, Any]
Row = tuple[Any, ...]

_ROWS_A_FETCH = 2000


def number(query: str, parameters: Parameters | None = None) -> int:
    """The one whole number that a query gives."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        row = cursor.fetchone()
    return int(row[0])


def write(statement: str, parameters: Parameters | None = None) -> int:
    """Run a statement and say how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def rows(query: str, parameters: Parameters | None = None) -> list[Row]:
    """All rows, for results that are known to be few."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def prepared_rows(query: str, parameters: Parameters | None = None) -> list[Row]:
    """All rows of a query that programs ask all the time: the server plans it once a connection, not at each call.

    It does not ask first whether a connection that was kept still lives, as Django's cursors do.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        return cursor.execute(query, parameters, prepare=True).fetchall()


def stream(query: str, parameters: Parameters | None = None) -> Iterator[Row]:
    """Rows as they are asked for, by a cursor of the server: memory stays flat. Needs a transaction."""
    return _streamed(query, parameters, _ROWS_A_FETCH, binary=False)


def stream_arrays(query: str, parameters: Parameters, *, rows_a_fetch: int) -> Iterator[Row]:
    """Likewise for few rows of long arrays, which are read four times as fast as bytes than as text."""
    return _streamed(query, parameters, rows_a_fetch, binary=True)


def _streamed(query: str, parameters: Parameters | None, rows_a_fetch: int, *, binary: bool) -> Iterator[Row]:
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor(name=f"stream_{uuid4().hex}") as cursor:
        cursor.itersize = rows_a_fetch
        cursor.execute(query, parameters, binary=binary)
        yield from cursor
