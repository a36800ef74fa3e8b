"""The one writer of the ledger: from judged rows to entries, usage items and revisions.

What a source says of an object in a month is one live entry. A later file of the same source retires it and gives the merged
one; what was said is kept. A usage item is the fold of its live entries, one of each source.

While one source alone has ever spoken of an item, the item is its live entry too, and nothing has to be folded: entries in
rows of their own are then only the retired ones. When a second source speaks, the first one's entry is set apart for good.

All of it happens in one transaction under the subscription's lock (`tallybook.subscriptions.locking`).
"""

from dataclasses import dataclass
from datetime import date

from tallybook.database.queries import number, rows, write
from tallybook.subscriptions.revisions import raise_revisions
from tallybook.usage.judging import (
    ENTRY,
    GIVEN,
    KEY,
    LIVE_ENTRIES,
    LIVE_OF_SOURCE,
    VALUES,
    Post,
    columns,
    fill,
    find_changed,
    find_missing,
    same_key,
    take_disordered,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a post did: numbers of rows and, for `missing` and `removed`, of entries."""

    new: int
    existing: int
    changed: int
    missing: int
    removed: int


def post_staged(post: Post, *, only_foresee: bool = False) -> Posted:
    """Take what is staged into the ledger. The caller holds the subscription's lock and records the import afterwards.

    Asked only to foresee it, write nothing and say what would be done.

    Raises:
        RuntimeError: a staged row points to a customer, organisation or product that this subscription does not have.
    """
    _check_references(post)
    changed = find_changed(post) - take_disordered()
    missing = find_missing(post)
    removed = missing if post.replace else 0
    known = write(_LEAVE_NEW, post.parameters())
    new_by_month: dict[date, int] = dict(rows("SELECT month, count(*) FROM staged GROUP BY month"))
    new = sum(new_by_month.values())
    posted = Posted(new=new, existing=known - changed, changed=changed, missing=missing, removed=removed)
    if only_foresee:
        return posted
    months = new_by_month.keys() | {month for (month,) in rows(_OTHER_MONTHS, post.parameters())}
    steps = [
        *((_KEEP_CHANGED, _CHANGE_ITEMS) if changed else ()),
        *((_KEEP_REMOVED, _REMOVE_ITEMS) if removed else ()),
        *(_FOLD_SHARED if fill("shared", _FIND_SHARED, post) else ()),
        *((_ADD_ITEMS,) if new_by_month else ()),
    ]
    for statement in steps:
        write(statement, post.parameters())
    raise_revisions(post.subscription_id, months)
    return posted


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


def _of(alias: str, other: str) -> str:
    """Rows of the ledger, by `alias`, that are about the items in `other`."""
    return (
        f"{alias}.subscription_id = %(subscription)s AND {alias}.month = ANY(%(months)s::date[]) AND {same_key(alias, other)}"
    )


# What the source has reported before was compared by now; what stays in the stage is new to it.
_LEAVE_NEW = f"DELETE FROM staged s USING {LIVE_ENTRIES} e WHERE {LIVE_OF_SOURCE}"
_OTHER_MONTHS = "SELECT month FROM changed UNION SELECT month FROM missing WHERE %(replace)s"

# What the source says now: the first columns of an entry, before those that a staged row has.
_SAYS = "%(subscription)s, %(source)s, %(import)s"
_STAGED = ENTRY[3:]

# Items of which one source alone speaks.
_KEEP_CHANGED, _KEEP_REMOVED = (
    f"INSERT INTO entry ({columns(ENTRY)}, retired_by) SELECT {columns(ENTRY, 'i')}, %(import)s "
    f"FROM {table} t JOIN usage_item i ON {_of('i', 't')} WHERE t.is_item"
    for table in ("changed", "missing")
)
_CHANGE_ITEMS = f"""
    UPDATE usage_item i SET import_number = %(import)s, {", ".join(f"{name} = t.{name}" for name in ("line", *GIVEN))}
    FROM changed t WHERE {_of("i", "t")} AND t.is_item
"""
_REMOVE_ITEMS = f"DELETE FROM usage_item i USING missing t WHERE {_of('i', 't')} AND t.is_item"
_ADD_ITEMS = f"""
    INSERT INTO usage_item ({columns(ENTRY)})
    SELECT {_SAYS}, {columns(_STAGED, "s")} FROM staged s ORDER BY {columns(KEY, "s")}
"""

# Items of which several sources speak, or spoke.
_FIND_SHARED = f"""
    CREATE TEMPORARY TABLE shared ON COMMIT DROP AS
    SELECT {columns(KEY)} FROM staged s WHERE EXISTS (SELECT FROM usage_item i WHERE {_of("i", "s")})
    UNION ALL SELECT {columns(KEY)} FROM changed WHERE NOT is_item
    UNION ALL SELECT {columns(KEY)} FROM missing WHERE NOT is_item AND %(replace)s
"""
_SET_APART = f"""
    INSERT INTO entry ({columns(ENTRY)}) SELECT {columns(ENTRY, "i")}
    FROM shared t JOIN usage_item i ON {_of("i", "t")} WHERE i.source_number IS NOT NULL
"""
_APPEND_NEW, _APPEND_CHANGED = (
    f"INSERT INTO entry ({columns(ENTRY)}) SELECT {_SAYS}, {columns(_STAGED, 's')} "
    f"FROM shared t JOIN {table} s ON {same_key('s', 't')}"
    for table in ("staged", "changed")
)
_RETIRE_CHANGED = f"""
    UPDATE entry e SET retired_by = %(import)s FROM changed t
    WHERE {_of("e", "t")} AND e.import_number = t.former_import AND NOT t.is_item
"""
_RETIRE_REMOVED = f"""
    UPDATE entry e SET retired_by = %(import)s FROM missing t
    WHERE {_of("e", "t")} AND e.import_number = t.import_number AND NOT t.is_item AND %(replace)s
"""


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
        case "object_email":
            # That of the details which are taken, also where they hold none.
            latest = "any_value(coalesce(e.object_email, '') ORDER BY e.import_number DESC)"
            return f"nullif({latest} FILTER (WHERE e.object_details IS NOT NULL), '')"
    # any_value takes the first value that is not NULL; with an order that is the latest one that is known.
    return f"any_value(e.{name} ORDER BY e.import_number DESC)"


FOLD = f"""
    INSERT INTO usage_item AS i (subscription_id, {columns(KEY)}, {columns(VALUES)})
    SELECT %(subscription)s, {columns(KEY, "e")}, {", ".join(_folded(name) for name in VALUES)}
    FROM shared t JOIN entry e ON {_of("e", "t")}
    WHERE e.retired_by IS NULL
    GROUP BY {columns(KEY, "e")}
    ON CONFLICT (subscription_id, {columns(KEY)}) DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in ("source_number", "import_number", "line", *GIVEN))}
"""
DROP_UNTOLD = f"""
    DELETE FROM usage_item i USING shared t
    WHERE {_of("i", "t")} AND NOT EXISTS (SELECT FROM entry e WHERE {_of("e", "t")} AND e.retired_by IS NULL)
"""
_LEAVE_UNSHARED = f"DELETE FROM staged s USING shared t WHERE {same_key('s', 't')}"
_FOLD_SHARED = (
    _SET_APART,
    _APPEND_NEW,
    _RETIRE_CHANGED,
    _APPEND_CHANGED,
    _RETIRE_REMOVED,
    FOLD,
    DROP_UNTOLD,
    _LEAVE_UNSHARED,
)
