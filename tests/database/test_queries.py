"""Rows that are read as a stream: whole, and given up half-way."""

import pytest
from django.db import DatabaseError, transaction

from tallybook.database.queries import number, streaming_arrays

MANY = "SELECT n, array_fill('text'::text, ARRAY[1000]) FROM generate_series(1, %(rows)s::integer) n"


@pytest.mark.parametrize("rows", [0, 1, 49, 50, 51, 1000])
def test_all_rows_are_read(rows: int) -> None:
    with transaction.atomic(), streaming_arrays(MANY, {"rows": rows}, rows_a_fetch=50) as found:
        assert [(n, len(texts)) for n, texts in found] == [(n, 1000) for n in range(1, rows + 1)]
    assert number("SELECT 1") == 1


def test_whoever_gives_up_half_way_leaves_the_connection_free() -> None:
    million = {"rows": 1_000_000}
    with pytest.raises(KeyError), transaction.atomic(), streaming_arrays(MANY, million, rows_a_fetch=50) as found:
        raise KeyError(next(found)[0])
    assert number("SELECT 1") == 1


def test_an_error_on_the_way_is_an_error_of_the_database() -> None:
    fails = "SELECT 1 / (500 - n) FROM generate_series(1, 1000) n"
    with (
        pytest.raises(DatabaseError, match="division by zero"),
        transaction.atomic(),
        streaming_arrays(fails, rows_a_fetch=50) as found,
    ):
        list(found)
    assert number("SELECT 1") == 1
