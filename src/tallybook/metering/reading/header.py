"""Columns are found by their names, never by their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from tallybook.metering.reading.formats import fold, fold_header
from tallybook.metering.reading.rows import UsageRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tallybook.metering.reading.profiles import Profile

COLUMNS_MAX: Final = 500
NEEDED: Final = ("month", "customer", "product", "object_type", "object_name")
FIELDS: Final = UsageRow._fields[1:]
"""The fields that columns can map to, in the order of the row; the line is not among them."""
SIZES: Final = frozenset({"protected_bytes", "stored_bytes"})
TIMES: Final = frozenset({"first_backup", "last_backup"})
RECURRING: Final = frozenset(FIELDS) - SIZES - TIMES - {"object_name", "object_details", "object_id"}
"""The fields of which many rows say the same."""
_UNIT: Final = re.compile(r"[\s(\[](\w+)[)\]]?")
TITLES: Final[Mapping[str, str]] = {
    "month": "Month",
    "customer": "Customer Name",
    "customer_id": "Customer ID",
    "customer_reference": "Customer Reference",
    "product": "Product",
    "plan": "Plan",
    "organisation": "Organisation",
    "object_type": "Object Type Backed Up",
    "object_name": "Object Name",
    "object_details": "Object Details",
    "object_id": "Object ID",
    "licence": "Licence",
    "deleted": "Deleted",
    "invoice": "Invoice",
    "days_backed_up": "Days Backed Up",
    "first_backup": "First Backup",
    "last_backup": "Last Backup",
    "protected_bytes": "Protected Size (Bytes)",
    "stored_bytes": "Stored Size (Bytes)",
    "adjustment_for": "Adjustment For",
}
"""Field to the column of the report that it becomes."""


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
    without_unit: str | None = None
    """A column that was said to be a size and whose name has no unit, if there is such."""

    @property
    def leading(self) -> int:
        """How many columns at the beginning are of fields that recur."""
        recurring = {self.indexes[field] for field in RECURRING & self.indexes.keys()}
        return next(index for index in count() if index not in recurring)

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


def map_columns(cells: Sequence[str], profile: Profile, said: Mapping[str, str]) -> Columns:
    """Map the cells of a header to fields. `said` has the fields whose columns somebody has named."""
    header = tuple(cell.strip() for cell in cells)
    indexes: dict[str, int] = {}
    unit_bytes: dict[str, int] = {}
    twice = without_unit = None
    said_of = {fold_header(title): field for field, title in said.items()}
    for index, name in enumerate(header):
        field, unit = _meaning(name, profile, said, said_of)
        if field is None:
            continue
        if field in indexes:
            twice = twice or (header[indexes[field]], name)
            continue
        if unit is None:
            without_unit = without_unit or name
        indexes[field], unit_bytes[field] = index, unit or 1
    return Columns(header, indexes, unit_bytes, twice, without_unit)


def _meaning(name: str, profile: Profile, said: Mapping[str, str], said_of: Mapping[str, str]) -> tuple[str | None, int | None]:
    """The field of a column and the bytes of its unit; None for a size whose name has no unit."""
    folded = fold_header(name)
    if field := said_of.get(folded) if folded else None:
        return field, _unit_bytes(name, profile) if field in SIZES else 1
    known_field, unit = profile.columns.get(folded, (None, None))
    return (None, None) if known_field in said else (known_field, unit)


def _unit_bytes(name: str, profile: Profile) -> int | None:
    found = list(_UNIT.finditer(name))
    return profile.units.get(fold(found[-1][1])) if found else None


def field_of_title(title: str) -> str | None:
    """The field that becomes this column of the report, whatever the letter case and the blanks."""
    return next((field for field, known in TITLES.items() if fold_header(known) == fold_header(title)), None)
