"""From the rows of a file to staged rows: names become ids, texts are folded, and each object gets its key.

Column by column, as the reading gives them.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from tallybook.database.folding import fold
from tallybook.metering.naming import NameRefused, Names
from tallybook.metering.reading import Batch, RefusedRow, UsageFile
from tallybook.usage.emails import email_in
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
)
# The fields that a place is known by.
_PLACE = ("product", "customer", "customer_id", "customer_reference", "organisation", "object_type")
_MOST_REMEMBERED = 65_536


class Spelling(dict[Hashable, str]):
    """Values that recur, and how COPY reads them: spelling a time takes ten times as long as looking it up. Bounded."""

    def __missing__(self, value: Hashable) -> str:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        spelt = self[value] = "" if value is None else str(value)
        return spelt


Spell = Callable[[Sequence[Any]], Iterable[str]]


def _texts(values: Sequence[str | None]) -> Iterable[str]:
    return [value or "" for value in values]


def _numbers(values: Sequence[int | None]) -> Iterable[str]:
    return ["" if value is None else str(value) for value in values]


def _recurring() -> Spell:
    spelling = Spelling()
    return lambda values: map(spelling.__getitem__, values)


# Fields of a row that are staged as they are, where the file has a column for them, and what spells them.
_AS_READ: dict[str, Callable[[], Spell]] = {
    "object_details": lambda: _texts,
    "object_id": lambda: _texts,
    "plan": lambda: _texts,
    "licence": lambda: _texts,
    "deleted": _recurring,
    "invoice": lambda: _texts,
    "days_backed_up": lambda: _numbers,
    "first_backup": _recurring,
    "last_backup": _recurring,
    "protected_bytes": lambda: _numbers,
    "stored_bytes": lambda: _numbers,
    "adjustment_for": _recurring,
}


class Place(NamedTuple):
    """Where an object belongs, by ids as text, and what the identities there begin with."""

    customer_id: str
    organisation_id: str
    product_id: str
    key_prefix: str


class RowStager:
    """Makes staged rows of one file. Columns that the file does not have are not even staged."""

    def __init__(self, file: UsageFile, names: Names, refuse: Callable[[RefusedRow], None]) -> None:
        """`refuse` takes the rows whose names cannot be taken."""
        given = [name for name in _AS_READ if name in file.given_columns]
        self._has_details = "object_details" in given
        self.columns = (*_ALWAYS, *given, *(("object_email",) if self._has_details else ()))
        """The columns of the staged rows, in their order."""
        self._as_read = [(name, _AS_READ[name]()) for name in given]
        self._titles = file.columns
        self._refuse = refuse
        self._names = names
        # Most rows repeat the names of the one before.
        self._place = lru_cache(_MOST_REMEMBERED)(self._find_place)
        self._spell_months = _recurring()
        # The objects of a person have their address in common, in every month.
        self._email_in = lru_cache(_MOST_REMEMBERED)(email_in)

    def staged(self, batch: Batch) -> list[Iterable[str]]:
        """The rows by ids, in columns, each cell as PostgreSQL reads it; empty where nothing is known."""
        places, batch = self._named(batch)
        if not places:
            return []
        customer_ids, organisation_ids, product_ids, prefixes = zip(*places, strict=True)
        names = batch["object_name"]
        names_folded = list(map(fold, names))
        details_folded = [fold(details) if details else "" for details in batch["object_details"]]
        return [
            map(str, batch["line"]),
            self._spell_months(batch["month"]),
            customer_ids,
            organisation_ids,
            product_ids,
            map(object_key, prefixes, batch["object_id"], names_folded, details_folded, batch["adjustment_for"]),
            batch["object_type"],
            names,
            names_folded,
            *[spell(batch[name]) for name, spell in self._as_read],
            *([map(self._email_in, batch["object_details"])] if self._has_details else ()),
        ]

    def _named(self, batch: Batch) -> tuple[list[Place], Batch]:
        """The places of the rows that have one, and those rows."""
        places: list[Place | None] = []
        for line, spelt in zip(batch["line"], zip(*map(batch.__getitem__, _PLACE), strict=True), strict=True):
            try:
                places.append(self._place(spelt))
            except NameRefused as error:
                places.append(None)
                self._refuse(RefusedRow.of(line, self._titles.get(error.field, ""), error.value, error.reason))
        found = [place for place in places if place]
        return found, batch if len(found) == len(batch) else batch.only([place is not None for place in places])

    def _find_place(self, spelt: tuple[Any, ...]) -> Place:
        product, *whose, object_type = spelt
        product_id = self._names.product_id(product)
        customer_id, organisation_id = self._names.named(*whose)
        return Place(customer_id, organisation_id, product_id, kind_prefix(product_id, organisation_id, fold(object_type)))
