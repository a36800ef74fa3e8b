"""From the rows of a file to staged rows: names become ids, texts are folded, and each object gets its key."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tallybook.database.folding import fold
from tallybook.metering.naming import Names
from tallybook.metering.reading import UsageFile, UsageRow
from tallybook.usage.identity import object_key

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


def _text(value: str | None) -> str:
    return value or ""


def _time(value: datetime | None) -> str:
    return value.isoformat() if value else ""


def _spelt(value: bool | int | date | None) -> str:  # noqa: FBT001 - a value of any column
    return "" if value is None else str(value)


# Fields of a row that are staged as they are, where the file has a column for them, and how each is spelt.
_AS_READ: dict[str, Callable[[Any], str]] = {
    "object_details": _text,
    "object_id": _text,
    "plan": _text,
    "licence": _text,
    "deleted": _spelt,
    "invoice": _text,
    "days_backed_up": _spelt,
    "first_backup": _time,
    "last_backup": _time,
    "protected_bytes": _spelt,
    "stored_bytes": _spelt,
    "adjustment_for": _spelt,
}


class RowStager:
    """Makes staged rows of one file. Columns that the file does not have are not even staged."""

    def __init__(self, file: UsageFile, names: Names) -> None:
        given = [name for name in _AS_READ if name in file.given_columns]
        self.columns = (*_ALWAYS, *given)
        """The columns of the staged rows, in their order."""
        self._as_read = [(UsageRow._fields.index(name), _AS_READ[name]) for name in given]
        self._names = names
        # A file has few of them, and spelling a date takes longer than looking it up.
        self._months: dict[date, str] = {}

    def staged(self, row: UsageRow) -> list[str]:
        """The row by ids, each cell as PostgreSQL reads it; empty where nothing is known.

        Raises:
            NameRefused: a name of it cannot be taken.
        """
        product_id = self._names.product_id(row.product)
        customer_id, organisation_id = self._names.named(row)
        name, details, object_type, month = row.object_name, row.object_details, row.object_type, row.month
        name_folded = fold(name)
        details_folded = fold(details) if details else ""
        key = object_key(
            product_id, organisation_id, fold(object_type), row.object_id, name_folded, details_folded, row.adjustment_for
        )
        return [
            str(row.line),
            self._months.get(month) or self._months.setdefault(month, str(month)),
            customer_id,
            organisation_id,
            product_id,
            key,
            object_type,
            name,
            name_folded,
            details_folded,
            *[spelt(row[index]) for index, spelt in self._as_read],
        ]
