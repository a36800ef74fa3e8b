"""From the rows of a file to staged rows: names become ids, texts are folded, and each object gets its key."""

from collections.abc import Callable, Hashable
from operator import itemgetter
from typing import Any, NamedTuple

from tallybook.database.folding import fold
from tallybook.metering.naming import Names
from tallybook.metering.reading import UsageFile, UsageRow
from tallybook.usage.identity import kind_prefix, object_key

_ALWAYS = (
    "line",
    "month",
    "customer_id",
    "organisation_id",
    "product_id",
    "object_key",
    "object_type",
    "object_name",
    "object_name_folded",
    "object_details_folded",
)


_MOST_REMEMBERED = 65_536


class Spelling(dict[Hashable, str]):
    """Values that recur, and how COPY reads them: spelling a time takes ten times as long as looking it up. Bounded."""

    def __missing__(self, value: Hashable) -> str:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        spelt = self[value] = "" if value is None else str(value)
        return spelt


def _text(value: str | None) -> str:
    return value or ""


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _remembering() -> Callable[[Any], str]:
    return Spelling().__getitem__


# Fields of a row that are staged as they are, where the file has a column for them, and what makes the speller of each.
_AS_READ: dict[str, Callable[[], Callable[[Any], str]]] = {
    "object_details": lambda: _text,
    "object_id": lambda: _text,
    "plan": lambda: _text,
    "licence": lambda: _text,
    "deleted": _remembering,
    "invoice": lambda: _text,
    "days_backed_up": lambda: _number,
    "first_backup": _remembering,
    "last_backup": _remembering,
    "protected_bytes": lambda: _number,
    "stored_bytes": lambda: _number,
    "adjustment_for": _remembering,
}


class _Place(NamedTuple):
    """Where an object belongs, by ids as text, and what the identities there begin with."""

    customer_id: str
    organisation_id: str
    product_id: str
    key_prefix: str


_spelt_place: Callable[[UsageRow], tuple[str | None, ...]] = itemgetter(
    *map(UsageRow._fields.index, ("product", "customer", "customer_id", "customer_reference", "organisation", "object_type"))
)


class RowStager:
    """Makes staged rows of one file. Columns that the file does not have are not even staged."""

    def __init__(self, file: UsageFile, names: Names) -> None:
        given = [name for name in _AS_READ if name in file.given_columns]
        self.columns = (*_ALWAYS, *given)
        """The columns of the staged rows, in their order."""
        self._as_read = [(UsageRow._fields.index(name), _AS_READ[name]()) for name in given]
        self._names = names
        self._months = Spelling()
        # Most rows repeat the names of the one before.
        self._places: dict[tuple[str | None, ...], _Place] = {}

    def staged(self, row: UsageRow) -> list[str]:
        """The row by ids, each cell as PostgreSQL reads it; empty where nothing is known.

        Raises:
            NameRefused: a name of it cannot be taken.
        """
        customer_id, organisation_id, product_id, key_prefix = self._places.get(_spelt_place(row)) or self._place(row)
        name, details = row.object_name, row.object_details
        name_folded = fold(name)
        details_folded = fold(details) if details else ""
        return [
            str(row.line),
            self._months[row.month],
            customer_id,
            organisation_id,
            product_id,
            object_key(key_prefix, row.object_id, name_folded, details_folded, row.adjustment_for),
            row.object_type,
            name,
            name_folded,
            details_folded,
            *[spelt(row[index]) for index, spelt in self._as_read],
        ]

    def _place(self, row: UsageRow) -> _Place:
        product_id = self._names.product_id(row.product)
        customer_id, organisation_id = self._names.named(row)
        if len(self._places) >= _MOST_REMEMBERED:
            self._places.clear()
        place = _Place(
            customer_id, organisation_id, product_id, kind_prefix(product_id, organisation_id, fold(row.object_type))
        )
        self._places[_spelt_place(row)] = place
        return place
