"""Objects by whatever somebody remembers of them. Call inside the subscription's scope."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from tallybook.database.folding import fold
from tallybook.database.queries import rows
from tallybook.usage.objects import LISTED, MATCHES, NAMED, ListedObject, can_occur, searched

# The ledger has no index for texts, since one would slow every import; so a search reads items, the newest months first, and
# no more than these.
LOOKED_AT_MOST = 1_000_000
# Read backwards by its key, the ledger gives the newest month first. An object occurs once in a month, so that of as many rows
# as the wanted objects have months, the wanted number are different ones.
_FOUND = f"""
    SELECT {LISTED} FROM (
        SELECT i.* FROM (
            SELECT * FROM usage_item WHERE subscription_id = %(subscription)s ORDER BY month DESC LIMIT %(looked_at)s
        ) i WHERE {MATCHES} LIMIT %(rows)s
    ) i {NAMED}
"""
_LAST_LOOKED_AT = """
    SELECT month FROM usage_item WHERE subscription_id = %(subscription)s
    ORDER BY month DESC OFFSET %(looked_at)s LIMIT 1
"""


class FoundObjects(NamedTuple):
    """Objects, each by its newest month.

    `not_before` is the month from which on all were looked at; None where all were. `is_part` says that not even all of that
    month were, which is then the newest one.
    """

    objects: list[ListedObject]
    has_more: bool
    not_before: date | None
    is_part: bool = False


def find_objects(
    subscription_id: UUID, text: str, months: list[date], *, most: int, looked_at: int = LOOKED_AT_MOST
) -> FoundObjects:
    """Up to so many objects in whose name, address, details or id the text stands.

    Args:
        subscription_id: whose ledger.
        text: what is looked for, whatever its letter case.
        months: those with usage, the oldest first.
        most: how many objects are wanted.
        looked_at: how many usage items are looked at, the newest months first.
    """
    if not (text.strip() and months and can_occur(text)):
        return FoundObjects([], has_more=False, not_before=None)
    bounds = {"subscription": subscription_id, "looked_at": looked_at, "rows": (most + 1) * len(months)}
    newest: dict[tuple[UUID, UUID], ListedObject] = {}
    wanted = searched(text)
    for row in sorted((ListedObject(*row) for row in rows(_FOUND, bounds | wanted)), key=_order(wanted["folded"])):
        newest.setdefault((row.customer_id, row.object_key), row)
    found = list(newest.values())
    # Only who found less than wanted asks what was left out.
    beyond = [] if len(found) > most else rows(_LAST_LOOKED_AT, bounds)
    if not beyond:
        return FoundObjects(found[:most], has_more=len(found) > most, not_before=None)
    whole = [month for month in months if month > beyond[0][0]]
    return FoundObjects(found, has_more=False, not_before=whole[0] if whole else months[-1], is_part=not whole)


def _order(folded: str) -> Callable[[ListedObject], tuple[int, bool, str, str]]:
    """The newest month first; in it those whose name has the text, then by name."""

    def place(one: ListedObject) -> tuple[int, bool, str, str]:
        name = fold(one.name)
        return (-one.month.toordinal(), folded not in name, name, fold(one.customer))

    return place
