"""One object through its months, and who said what of it. Call these inside the subscription's scope."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from tallybook.database.queries import rows
from tallybook.usage.objects import LISTED, NAMED, ListedObject

# The months are named, so that each is one look into the index.
_OF_OBJECT = """
    i.subscription_id = %(subscription)s AND i.customer_id = %(customer)s AND i.object_key = %(object)s
    AND i.month = ANY(%(months)s::date[])
"""
_ITEMS = f"SELECT {LISTED} FROM usage_item i {NAMED} WHERE {_OF_OBJECT} ORDER BY i.month DESC"
_SAID = """
    i.month, i.import_number, i.line, i.object_name, i.licence, i.deleted, i.invoice, i.days_backed_up, i.first_backup,
    i.last_backup, i.protected_bytes, i.stored_bytes
"""
# An item of which one source alone speaks is its entry; the others, live and retired, stand in rows of their own.
_ENTRIES = f"""
    SELECT said.*, u.file_name, u.received_at FROM (
        SELECT {_SAID}, NULL::integer AS retired_by FROM usage_item i WHERE {_OF_OBJECT} AND i.source_number IS NOT NULL
        UNION ALL
        SELECT {_SAID}, i.retired_by FROM entry i WHERE {_OF_OBJECT}
    ) said
    JOIN usage_import u ON u.subscription_id = %(subscription)s AND u.number = said.import_number
    ORDER BY said.month DESC, said.import_number DESC
    LIMIT %(most)s
"""


class Said(NamedTuple):
    """What a line of a file says of an object in a month. `retired_by` is the import that replaced it, None while it counts."""

    month: date
    import_number: int
    line: int
    name: str
    licence: str | None
    deleted: bool | None
    invoice: str | None
    days: int | None
    first_backup: datetime | None
    last_backup: datetime | None
    protected_bytes: int | None
    stored_bytes: int | None
    retired_by: int | None
    file_name: str
    received_at: datetime


def object_months(subscription_id: UUID, customer_id: UUID, object_key: UUID, months: Sequence[date]) -> list[ListedObject]:
    """The usage items of an object in these months, the newest first."""
    return [ListedObject(*row) for row in rows(_ITEMS, _of(subscription_id, customer_id, object_key, months))]


def object_entries(
    subscription_id: UUID, customer_id: UUID, object_key: UUID, months: Sequence[date], *, most: int
) -> list[Said]:
    """So many of its entries, live and retired: the newest month first, in it the newest import."""
    return [Said(*row) for row in rows(_ENTRIES, _of(subscription_id, customer_id, object_key, months) | {"most": most})]


def _of(subscription_id: UUID, customer_id: UUID, object_key: UUID, months: Sequence[date]) -> dict[str, object]:
    return {"subscription": subscription_id, "customer": customer_id, "object": object_key, "months": list(months)}
