"""Taking back an import: what it said is retired, and what it retired speaks again. Call inside the subscription's scope.

An import can be taken back while no later one speaks of the same customer, month and product: that one was compared with what
this one had said, and may have found it to be the same.

The items that are touched stand with their entries in rows of their own from then on, as those of several sources do (see
`tallybook.usage.ledger`): so one way of folding serves both.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.recording import record
from tallybook.database.queries import rows, write
from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.revisions import raise_revisions
from tallybook.usage.judging import ENTRY, KEY, LIVE_ENTRIES, columns
from tallybook.usage.ledger import DROP_UNTOLD, FOLD
from tallybook.usage.models import Import, ImportReach

_SHOWN_LATER = 3
_OF_IMPORT = "subscription_id = %(subscription)s AND month = ANY(%(months)s::date[])"


class Foreseen(NamedTuple):
    """What taking an import back does to the usage items of a month."""

    month: date
    taken_away: int
    """Items that it brought."""
    restored: int
    """Items that get the values back that they had before."""
    brought_back: int
    """Items that it removed."""


def find_import(subscription: Subscription, number: int) -> Import:
    """The import of this number.

    Raises:
        NotFound: the subscription has none.
    """
    found = Import.objects.filter(subscription_id=subscription.id, number=number).first()
    if found is None:
        raise NotFound("There is no such import in this subscription.")
    return found


_LATER = """
    SELECT later.number, later.file_name FROM usage_import later
    WHERE later.subscription_id = %(subscription)s AND later.number > %(import)s AND later.undone_at IS NULL AND EXISTS (
        SELECT FROM import_reach a JOIN import_reach b USING (subscription_id, month, customer_id, product_id)
        WHERE a.subscription_id = %(subscription)s AND a.import_number = %(import)s AND b.import_number = later.number
    )
    ORDER BY later.number DESC
"""


def hindrance(found: Import) -> str | None:
    """Why the import cannot be taken back now, in a sentence that says what to do; None when it can."""
    if found.undone_at is not None:
        return f"Import {found.number} was undone already."
    if not _months(found) and found.row_count > found.refused_count:
        return f"Import {found.number} was taken in before Tallybook kept what can be taken back."
    later = rows(_LATER, {"subscription": found.subscription_id, "import": found.number})
    if not later:
        return None
    named = ", ".join(f"{number} ({name})" for number, name in later[:_SHOWN_LATER])
    more = f" and {len(later) - _SHOWN_LATER:,} more" if len(later) > _SHOWN_LATER else ""
    return (
        f"Later imports speak of the same customers, months and products: {named}{more}. They were compared with what this one "
        "said. Undo them first, the latest one to begin with."
    )


_FORESEE = f"""
    WITH own AS (
        SELECT {columns(KEY)} FROM {LIVE_ENTRIES} live WHERE {_OF_IMPORT} AND import_number = %(import)s
    ), former AS (
        SELECT {columns(KEY)} FROM entry WHERE {_OF_IMPORT} AND retired_by = %(import)s AND import_number <> %(import)s
    )
    SELECT month, count(*) FILTER (WHERE former.object_key IS NULL),
        count(*) FILTER (WHERE own.object_key IS NOT NULL AND former.object_key IS NOT NULL),
        count(*) FILTER (WHERE own.object_key IS NULL)
    FROM own FULL JOIN former USING ({columns(KEY)}) GROUP BY month ORDER BY month
"""


def foresee_undo(found: Import) -> list[Foreseen]:
    """What taking the import back would do, month by month."""
    return [Foreseen(*row) for row in rows(_FORESEE, _parameters(found))]


_FIND_TOUCHED = f"""
    CREATE TEMPORARY TABLE shared ON COMMIT DROP AS
    SELECT {columns(KEY)} FROM usage_item WHERE {_OF_IMPORT} AND import_number = %(import)s
    UNION
    SELECT {columns(KEY)} FROM entry
    WHERE {_OF_IMPORT} AND (import_number = %(import)s AND retired_by IS NULL OR retired_by = %(import)s)
"""
# An item of which one source alone speaks is its live entry: from here on its entries stand in rows of their own.
_RETIRE_ITEMS = f"""
    INSERT INTO entry ({columns(ENTRY)}, retired_by)
    SELECT {columns(ENTRY)}, %(import)s FROM usage_item WHERE {_OF_IMPORT} AND import_number = %(import)s
"""
_RETIRE_ENTRIES = f"""
    UPDATE entry SET retired_by = %(import)s WHERE {_OF_IMPORT} AND import_number = %(import)s AND retired_by IS NULL
"""
_REVIVE = f"""
    UPDATE entry SET retired_by = NULL WHERE {_OF_IMPORT} AND retired_by = %(import)s AND import_number <> %(import)s
"""
_STEPS = (_REVIVE, _RETIRE_ENTRIES, _RETIRE_ITEMS, FOLD, DROP_UNTOLD)


def undo_import(
    subscription: Subscription, number: int, *, actor: Actor, on_wait: Callable[[], None] | None = None
) -> list[Foreseen]:
    """Take an import back, under the subscription's lock. Returns what that did.

    Customers and organisations that it made stay.

    Raises:
        NotFound: there is no such import.
        Refused: it cannot be taken back now; the message says why.
    """
    lock_subscription(subscription.id, on_wait)
    found = find_import(subscription, number)
    if reason := hindrance(found):
        raise Refused(reason)
    done = foresee_undo(found)
    parameters = _parameters(found)
    write("DROP TABLE IF EXISTS shared")
    for statement in (_FIND_TOUCHED, *_STEPS):
        write(statement, parameters)
        if statement is _FIND_TOUCHED:
            write("ANALYZE shared")
    raise_revisions(subscription.id, {one.month for one in done})
    _mark_undone(found, actor)
    numbers = {name: sum(getattr(one, name) for one in done) for name in ("taken_away", "restored", "brought_back")}
    subject = Subject("file", str(number), found.file_name)
    record(subscription.id, actor, "import.undone", subject, before=None, after=numbers)
    return done


_MARK = """
    UPDATE usage_import SET undone_at = now(), undone_by = %(by)s
    WHERE subscription_id = %(subscription)s AND number = %(import)s
"""


def _mark_undone(found: Import, actor: Actor) -> None:
    write(_MARK, {"subscription": found.subscription_id, "import": found.number, "by": actor.name})


def _months(found: Import) -> list[date]:
    reach = ImportReach.objects.filter(subscription_id=found.subscription_id, import_number=found.number)
    return sorted(reach.values_list("month", flat=True).distinct())


def _parameters(found: Import) -> dict[str, object]:
    return {"subscription": found.subscription_id, "import": found.number, "months": _months(found)}
