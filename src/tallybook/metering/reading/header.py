"""Columns are found by their names, never by their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tallybook.metering.reading.formats import fold_header
from tallybook.metering.reading.rows import UsageRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tallybook.metering.reading.profiles import Profile

COLUMNS_MAX: Final = 500
NEEDED: Final = ("month", "customer", "product", "object_type", "object_name")
FIELDS: Final = UsageRow._fields[1:]
"""The fields that columns can map to, in the order of the row; the line is not among them."""
TITLES: Final[Mapping[str, str]] = {
    "month": "Month",
    "customer": "Customer Name",
    "product": "Product",
    "object_type": "Object Type Backed Up",
    "object_name": "Object Name",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """A header under one profile."""

    header: tuple[str, ...]
    indexes: Mapping[str, int]
    """Field of `UsageRow` to the index of its column."""
    unit_bytes: Mapping[str, int]
    """Field to the bytes of the unit that its header names."""
    twice: tuple[str, str] | None
    """Two headers that mean the same field, if there are such."""

    @property
    def names(self) -> dict[str, str]:
        """Field to the column's name as the file spells it."""
        return {field: self.header[index] for field, index in self.indexes.items()}

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of the columns that map to nothing, in the file's order."""
        known = set(self.indexes.values())
        named = (name or f"column {index + 1}, which has no name" for index, name in enumerate(self.header))
        return tuple(name for index, name in enumerate(named) if index not in known)

    def missing(self, *, month_is_given: bool) -> list[str]:
        """The needed fields that have no column."""
        return [field for field in NEEDED if field not in self.indexes and not (field == "month" and month_is_given)]


def map_columns(cells: Sequence[str], profile: Profile) -> Columns:
    """Map the cells of a header to fields."""
    header = tuple(cell.strip() for cell in cells)
    indexes: dict[str, int] = {}
    unit_bytes: dict[str, int] = {}
    twice = None
    for index, name in enumerate(header):
        if (known := profile.columns.get(fold_header(name))) is None:
            continue
        field, unit = known
        if field in indexes:
            twice = twice or (header[indexes[field]], name)
            continue
        indexes[field], unit_bytes[field] = index, unit
    return Columns(header, indexes, unit_bytes, twice)
