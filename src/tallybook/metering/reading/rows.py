"""What reading a usage file gives: rows that can be used, one by one or in batches, and refused ones with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

CUSTOMER_NAME_MAX_CHARACTERS = 200
TEXT_MAX_CHARACTERS = 2_000
REFUSED_VALUE_MAX_CHARACTERS = 200


class UsageRow(NamedTuple):
    """One record of a usage file. What the file does not know is None. A tuple, because there are millions."""

    line: int
    """Line of the file on which the record begins; the header of a plain file is line 1."""
    month: date
    """First day of the month."""
    customer: str
    """Trimmed."""
    customer_id: str | None
    """As written, like all ids: leading zeros and blanks belong to them."""
    customer_reference: str | None
    product: str
    """Trimmed, as the file spells it; the catalogue resolves it later."""
    plan: str | None
    organisation: str | None
    object_type: str
    """Trimmed, as the source spells it."""
    object_name: str
    """Exactly as written, blanks at its ends included."""
    object_details: str | None
    object_id: str | None
    licence: str | None
    deleted: bool | None
    invoice: str | None
    """`Billable` or `Free`, whatever the letter case in the file."""
    days_backed_up: int | None
    """0 to the number of days of the month."""
    first_backup: datetime | None
    """Aware, in UTC."""
    last_backup: datetime | None
    protected_bytes: int | None
    stored_bytes: int | None
    adjustment_for: date | None
    """First day of the closed month that this late row belongs to."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive rows that can be used, column by column: a column at a time is done faster than a row."""

    columns: Sequence[Sequence[Any]]
    """The values of each field of `UsageRow`, in the order of its fields."""

    def __len__(self) -> int:
        return len(self.columns[0])

    def __getitem__(self, field: str) -> Sequence[Any]:
        """The values of a field of `UsageRow`."""
        return self.columns[UsageRow._fields.index(field)]

    def rows(self) -> Iterator[UsageRow]:
        return map(UsageRow._make, zip(*self.columns, strict=True))

    def only(self, wanted: Sequence[bool]) -> Batch:
        """The rows that are wanted."""
        return Batch([list(compress(column, wanted)) for column in self.columns])


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One record, or one physical line, that cannot be used."""

    line: int
    column: str
    """The column as the file's header spells it; empty where the row as a whole is refused."""
    value: str
    reason: str
    """A sentence: what is wrong and what would be right."""

    @classmethod
    def of(cls, line: int, column: str, value: str, reason: str) -> Self:
        """Make one with its value cut to a length that can be shown."""
        if len(value) > REFUSED_VALUE_MAX_CHARACTERS:
            value = value[: REFUSED_VALUE_MAX_CHARACTERS - 1] + "…"
        return cls(line, column, value, reason)
