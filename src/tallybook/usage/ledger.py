"""The one writer of the ledger: from judged rows to entries, usage items and revisions.

What a source says of an object in a month is one live entry. A later file of the same source retires it and appends the
merged one; nothing is overwritten. A usage item is the fold of its live entries, one of each source.

All of it happens in one transaction under the subscription's lock (`tallybook.subscriptions.locking`).
"""

from dataclasses import dataclass
from datetime import date

from tallybook.database.queries import number, rows, write
from tallybook.subscriptions.revisions import raise_revisions
from tallybook.usage.judging import (
    GIVEN,
    KEY,
    LIVE_OF_SOURCE,
    VALUES,
    Post,
    columns,
    find_changed,
    find_missing,
    same_key,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a post did: numbers of rows and, for `missing` and `removed`, of entries."""

    new: int
    existing: int
    changed: int
    missing: int
    removed: int


def post_staged(post: Post) -> Posted:
    """Take what is staged into the ledger. The caller holds the subscription's lock and records the import afterwards.

    Raises:
        RuntimeError: a staged row points to a customer, organisation or product that this subscription does not have.
    """
    _check_references(post)
    changed = find_changed(post)
    missing = find_missing(post)
    removed = missing if post.replace else 0
    known = write(_LEAVE_NEW, post.parameters())
    new_by_month: dict[date, int] = dict(rows("SELECT month, count(*) FROM staged GROUP BY month"))
    new = sum(new_by_month.values())
    shared = _note_touched(post, new=new, changed=changed, removed=removed)
    if new:
        write(_APPEND_NEW, post.parameters())
        write(_ADD_SOME_ITEMS if shared else _ADD_ITEMS, post.parameters())
    if changed:
        write(_RETIRE_CHANGED, post.parameters())
        write(_APPEND_CHANGED, post.parameters())
    if removed:
        write(_RETIRE_MISSING, post.parameters())
    raise_revisions(post.subscription_id, new_by_month.keys() | _fold_touched(post))
    return Posted(new=new, existing=known - changed, changed=changed, missing=missing, removed=removed)


_DANGLING = """
    SELECT count(*) FROM (SELECT DISTINCT customer_id, organisation_id, product_id FROM told) s WHERE NOT EXISTS (
        SELECT FROM customer c WHERE c.subscription_id = %(subscription)s AND c.id = s.customer_id
    ) OR NOT EXISTS (SELECT FROM product p WHERE p.id = s.product_id) OR (
        s.organisation_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM organisation o
            WHERE o.subscription_id = %(subscription)s AND o.id = s.organisation_id AND o.customer_id = s.customer_id
        )
    )
"""


def _check_references(post: Post) -> None:
    """The references of all staged rows at once, in place of a foreign key's check of each."""
    if dangling := number(_DANGLING, post.parameters()):
        raise RuntimeError(f"{dangling} staged customers, organisations or products are not of this subscription.")


_ENTRY = f"subscription_id, source_number, import_number, line, {columns(KEY)}, {columns(VALUES)}"
_ENTRY_OF = "%(subscription)s, %(source)s, %(import)s"
_ITEM_OF_STAGED = (
    "SELECT FROM usage_item i WHERE i.subscription_id = %(subscription)s AND i.month = ANY(%(months)s::date[]) "
    f"AND {same_key('i', 's')}"
)

# What the source has reported before was compared by now; what stays in the stage is new to it.
_LEAVE_NEW = f"DELETE FROM staged s USING entry e WHERE {LIVE_OF_SOURCE}"
_TOUCHED_BY_NEW = f"SELECT {columns(KEY)} FROM staged s WHERE EXISTS ({_ITEM_OF_STAGED})"
_TOUCHED_BY_CHANGED = f"SELECT {columns(KEY)} FROM changed"
_TOUCHED_BY_REMOVED = f"SELECT {columns(KEY)} FROM missing"


def _note_touched(post: Post, *, new: int, changed: int, removed: int) -> int:
    """Note the items that have to be folded anew: those that stand already and get an entry, a changed one, or lose one.

    Returns:
        How many of the new rows are about an item that stands already, by what another source says of it.
    """
    write("DROP TABLE IF EXISTS touched")
    write(f"CREATE TEMPORARY TABLE touched ON COMMIT DROP AS SELECT {columns(KEY)} FROM staged LIMIT 0")
    shared = write(f"INSERT INTO touched {_TOUCHED_BY_NEW}", post.parameters()) if new else 0
    for count, query in ((changed, _TOUCHED_BY_CHANGED), (removed, _TOUCHED_BY_REMOVED)):
        if count:
            write(f"INSERT INTO touched {query}", post.parameters())
    write("ANALYZE touched")
    return shared


_APPEND_NEW = f"""
    INSERT INTO entry ({_ENTRY}) SELECT {_ENTRY_OF}, s.line, {columns(KEY, "s")}, {columns(VALUES, "s")} FROM staged s
"""
# The fold of one entry is that entry: an item that did not stand yet is taken from the stage as it is.
_ADD_ITEMS = f"""
    INSERT INTO usage_item (subscription_id, {columns(KEY)}, {columns(VALUES)})
    SELECT %(subscription)s, {columns(KEY, "s")}, {columns(VALUES, "s")} FROM staged s
"""
_ADD_SOME_ITEMS = f"{_ADD_ITEMS} WHERE NOT EXISTS ({_ITEM_OF_STAGED})"
_RETIRE_CHANGED = f"""
    UPDATE entry e SET retired_by = %(import)s FROM changed c
    WHERE e.subscription_id = %(subscription)s AND e.month = ANY(%(months)s::date[]) AND {same_key("e", "c")}
        AND e.import_number = c.former_import
"""
_APPEND_CHANGED = f"""
    INSERT INTO entry ({_ENTRY})
    SELECT {_ENTRY_OF}, c.line, {columns(KEY, "c")}, {columns(VALUES, "c")} FROM changed c
"""
_RETIRE_MISSING = f"""
    UPDATE entry e SET retired_by = %(import)s FROM missing m
    WHERE e.subscription_id = %(subscription)s AND e.month = ANY(%(months)s::date[]) AND {same_key("e", "m")}
        AND e.import_number = m.import_number
"""


def _fold_touched(post: Post) -> set[date]:
    """Fold the items noted in `touched` again, and drop those of which nothing is left. Returns their months."""
    months: set[date] = {month for (month,) in rows("SELECT DISTINCT month FROM touched")}
    if months:
        write(_FOLD, post.parameters())
        write(_DROP_UNTOLD, post.parameters())
    return months


def _folded(name: str) -> str:
    """The fold of one value over the live entries of an item: one entry of each source, the latest file's first."""
    match name:
        case "days_mask":
            return "bit_or(e.days_mask)"
        case "days_backed_up":
            # Days that are known one by one are counted; a source that gives only a number may know of more.
            return "greatest(nullif(bit_count(bit_or(e.days_mask)::bit(32)), 0), max(e.days_backed_up))"
        case "protected_bytes" | "stored_bytes" | "last_backup":
            return f"max(e.{name})"
        case "first_backup":
            return "min(e.first_backup)"
    # any_value takes the first value that is not NULL; with an order that is the latest one that is known.
    return f"any_value(e.{name} ORDER BY e.import_number DESC)"


_FOLD = f"""
    INSERT INTO usage_item AS i (subscription_id, {columns(KEY)}, {columns(VALUES)})
    SELECT %(subscription)s, {columns(KEY, "e")}, {", ".join(_folded(name) for name in VALUES)}
    FROM entry e JOIN touched t ON {same_key("e", "t")}
    WHERE e.subscription_id = %(subscription)s AND e.month = ANY(%(months)s::date[]) AND e.retired_by IS NULL
    GROUP BY {columns(KEY, "e")}
    ON CONFLICT (subscription_id, {columns(KEY)}) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in GIVEN)}
"""
_DROP_UNTOLD = f"""
    DELETE FROM usage_item i USING touched t
    WHERE i.subscription_id = %(subscription)s AND i.month = ANY(%(months)s::date[]) AND {same_key("i", "t")}
        AND NOT EXISTS (
            SELECT FROM entry e WHERE e.subscription_id = %(subscription)s AND e.month = ANY(%(months)s::date[])
                AND {same_key("e", "t")} AND e.retired_by IS NULL
        )
"""
