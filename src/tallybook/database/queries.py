"""The few ways in which SQL is run: a number, a statement that writes, rows at once or prepared, and rows as a stream."""

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any
from uuid import uuid4

from django.db import connection
from psycopg import Cursor

Parameters = Mapping[str, Any]
Row = tuple[Any, ...]

_ROWS_A_FETCH = 2000


class _Kept(threading.local):
    """This thread's cursor for prepared queries: to make one takes half as long as to ask by one."""

    cursor: Cursor[Row] | None = None


_kept = _Kept()


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
    with connection.wrap_database_errors:
        if _kept.cursor is None or _kept.cursor.connection is not connection.connection:
            _kept.cursor = Cursor(connection.connection)
        return _kept.cursor.execute(query, parameters, prepare=True).fetchall()


def stream(query: str, parameters: Parameters | None = None) -> Iterator[Row]:
    """Rows as they are asked for, by a cursor of the server: memory stays flat. Needs a transaction."""
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor(name=f"stream_{uuid4().hex}") as cursor:
        cursor.itersize = _ROWS_A_FETCH
        cursor.execute(query, parameters)
        yield from cursor


@contextmanager
def streaming_arrays(query: str, parameters: Parameters | None = None, *, rows_a_fetch: int) -> Iterator[Iterator[Row]]:
    """Few rows of long arrays, which are read four times as fast as bytes than as text. Needs a transaction.

    The server makes the next ones while these are worked on, as far as there is room between the two: memory stays flat, and
    another query inside would wait for ever. Whoever leaves it before the last row has to roll back.
    """
    connection.ensure_connection()
    # Left to itself, a generator that nobody reads to its end would hold the connection, and the rollback wait for it forever.
    with connection.wrap_database_errors, closing(_read(query, parameters, rows_a_fetch)) as found:
        yield found


def _read(query: str, parameters: Parameters | None, rows_a_fetch: int) -> Generator[Row]:
    with Cursor(connection.connection) as cursor:
        yield from cursor.stream(query, parameters, binary=True, size=rows_a_fetch)
