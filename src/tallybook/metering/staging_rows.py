"""From the rows of a file to staged rows: names become ids, texts are folded, and each object gets its key."""

from collections.abc import Callable
from operator import itemgetter

from tallybook.database.folding import fold
from tallybook.metering.naming import Names
from tallybook.metering.reading import UsageFile, UsageRow
from tallybook.usage.identity import ObjectIdentity

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
# Fields of a row that are staged as they are, where the file has a column for them.
_AS_READ = (
    "object_details",
    "object_id",
    "plan",
    "licence",
    "deleted",
    "invoice",
    "days_backed_up",
    "first_backup",
    "last_backup",
    "protected_bytes",
    "stored_bytes",
    "adjustment_for",
)


class RowStager:
    """Makes staged rows of one file. Columns that the file does not have are not even staged."""

    def __init__(self, file: UsageFile, names: Names) -> None:
        as_read = tuple(name for name in _AS_READ if name in file.given_columns)
        self.columns = (*_ALWAYS, *as_read)
        """The columns of the staged rows, in their order."""
        self._as_read = _getter([UsageRow._fields.index(name) for name in as_read])
        self._names = names

    def staged(self, row: UsageRow) -> tuple[object, ...]:
        """The row by ids.

        Raises:
            NameRefused: a name of it cannot be taken.
        """
        product_id = self._names.product_id(row.product)
        named = self._names.named(row)
        name_folded = fold(row.object_name)
        details_folded = fold(row.object_details) if row.object_details else None
        identity = ObjectIdentity(
            product_id,
            named.organisation_id,
            fold(row.object_type),
            row.object_id,
            name_folded,
            details_folded,
            row.adjustment_for,
        )
        return (
            row.line,
            row.month,
            named.customer_id,
            named.organisation_id,
            product_id,
            identity.key(),
            row.object_type,
            row.object_name,
            name_folded,
            details_folded,
            *self._as_read(row),
        )


def _getter(indexes: list[int]) -> Callable[[UsageRow], tuple[object, ...]]:
    """Like itemgetter, but gives a tuple also for one index and for none."""
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return lambda row: tuple(row[index] for index in indexes)
