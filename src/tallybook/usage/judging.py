"""What of the staged rows may not enter the ledger, and what differs from what the source said before.

Each function is one SQL statement over the table `staged`. Rows that are refused leave the stage.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from tallybook.database.queries import number, stream, write
from tallybook.usage.staging import COLUMNS

KEY = ("month", "customer_id", "object_key")
VALUES = tuple(name for name in COLUMNS if name not in (*KEY, "line"))

# What a source may say anew of an object that it has reported before; the other values are the object's identity.
GIVEN = (
    "object_type",
    "object_name",
    "object_name_folded",
    "object_details",
    "object_email",
    "plan",
    "licence",
    "deleted",
    "invoice",
    "days_mask",
    "days_backed_up",
    "first_backup",
    "last_backup",
    "protected_bytes",
    "stored_bytes",
)
# What follows from other values: it is neither merged nor told for itself.
_DERIVED = {"object_name_folded": "object_name", "object_email": "object_details"}
_SAID = tuple(name for name in GIVEN if name not in _DERIVED and name != "days_mask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One import on its way into the ledger: whose, from which source, and whether it replaces what the source said."""

    subscription_id: UUID
    source_number: int
    import_number: int
    replace: bool
    months: tuple[date, ...]
    """The months of the staged rows: what the stage is compared with lies in them."""

    def parameters(self) -> dict[str, Any]:
        return {
            "subscription": self.subscription_id,
            "source": self.source_number,
            "import": self.import_number,
            "replace": self.replace,
            "months": list(self.months),
        }


class Judgement(NamedTuple):
    """A staged row that is not taken. `field` is a column of StagedRow."""

    line: int
    field: str
    value: str
    reason: str


class Change(NamedTuple):
    """A value of a reported object that a later file gives differently."""

    line: int
    field: str
    before: str | None
    after: str | None


class Missing(NamedTuple):
    """An object of an earlier file that a later one, for the same customer, product and month, does not have."""

    month: str
    customer: str
    product: str
    object_type: str
    object_name: str


def columns(names: tuple[str, ...], alias: str = "") -> str:
    """The names as an SQL list, each behind the alias of its table."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + name for name in names)


def same_key(left: str, right: str) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in KEY)


ENTRY = ("subscription_id", "source_number", "import_number", "line", *KEY, *VALUES)
# The live entries, wherever they stand; `is_item`: an item of which one source alone speaks is its entry.
LIVE_ENTRIES = f"""(
    SELECT {columns(ENTRY)}, true AS is_item FROM usage_item WHERE source_number IS NOT NULL
    UNION ALL
    SELECT {columns(ENTRY)}, false FROM entry WHERE retired_by IS NULL
)"""
# The source's live entry of a staged row.
LIVE_OF_SOURCE = (
    f"e.subscription_id = %(subscription)s AND e.month = ANY(%(months)s::date[]) AND {same_key('e', 's')} "
    "AND e.source_number = %(source)s"
)

_TAKE_REPEATS = f"""
    WITH repeated AS (
        SELECT {columns(KEY)}, min(line) AS first_line FROM staged GROUP BY {columns(KEY)} HAVING count(*) > 1
    ), taken AS (
        DELETE FROM staged s USING repeated r, staged f
        WHERE {same_key("s", "r")} AND s.line > r.first_line AND f.line = r.first_line
        RETURNING s.line, s.object_name, r.first_line,
            ROW({columns(GIVEN, "s")}) IS NOT DISTINCT FROM ROW({columns(GIVEN, "f")}) AS same
    ), contradicting AS (
        INSERT INTO judged SELECT line, 'object_name', object_name, format(%(reason)s, first_line)
        FROM taken WHERE NOT same
    )
    SELECT count(*) FROM taken WHERE same
"""
_CONTRADICTS = (
    "This is the same object as on line %s, with other values. Leave one of the two lines, or give each object its own id."
)

_FIND_RULINGS = f"""
    CREATE TEMPORARY TABLE ruling ON COMMIT DROP AS
    WITH spoken AS (
        SELECT month, customer_id, product_id, min(first_b) AS first_b, min(first_a) AS first_a
        FROM told GROUP BY month, customer_id, product_id
    ), stood AS (
        SELECT e.month, e.customer_id, e.product_id, bool_or(e.invoice IS NOT NULL) AS is_b
        FROM spoken JOIN {LIVE_ENTRIES} e ON e.subscription_id = %(subscription)s AND e.month = ANY(%(months)s::date[])
            AND e.month = spoken.month AND e.customer_id = spoken.customer_id AND e.product_id = spoken.product_id
        WHERE NOT (%(replace)s AND e.source_number = %(source)s)
        GROUP BY e.month, e.customer_id, e.product_id
    )
    SELECT month, customer_id, product_id, stood.is_b IS NOT NULL AS stood,
        coalesce(stood.is_b, coalesce(first_b < first_a, first_b IS NOT NULL)) AS is_b
    FROM spoken LEFT JOIN stood USING (month, customer_id, product_id)
    WHERE (first_a IS NOT NULL AND first_b IS NOT NULL) OR stood.is_b <> (first_b IS NOT NULL)
"""
_TAKE_OTHER_GENERATION = """
    WITH taken AS (
        DELETE FROM staged s USING ruling r
        WHERE s.month = r.month AND s.customer_id = r.customer_id AND s.product_id = r.product_id
            AND (s.invoice IS NOT NULL) <> r.is_b
        RETURNING s.line, coalesce(s.invoice, '') AS invoice, r.stood
    )
    INSERT INTO judged SELECT line, 'invoice', invoice, format(
        CASE WHEN stood THEN %(unlike_ledger)s ELSE %(unlike_file)s END,
        CASE WHEN invoice = '' THEN 'does not say' ELSE 'says' END
    ) FROM taken
"""
_UNLIKE_LEDGER = (
    "This row %s Billable or Free, unlike what is in the ledger for its customer, product and month; the two kinds of report "
    "would count everybody twice. Import with --replace to put this file in the place of the other."
)
_UNLIKE_FILE = (
    "This row %s Billable or Free, unlike earlier rows for its customer, product and month; the two kinds of report would "
    "count everybody twice. Keep one of the two kinds."
)


def judge(post: Post) -> int:
    """Take from the stage what may not enter the ledger, into the table `judged`.

    Rows about an object that an earlier row of the file is about: those that say the same again are dropped, those that
    contradict it are judged. And rows of the other generation than what stands for their customer, product and month, or than
    the file's first. A row that says `Invoice` is of generation B, one row for each billed entity; mixed with generation A,
    one row for each object and workload, everybody would be counted twice.

    Returns:
        The number of rows that said the same again.
    """
    write("DROP TABLE IF EXISTS judged")
    write("CREATE TEMPORARY TABLE judged (line integer, field text, value text, reason text) ON COMMIT DROP")
    if fill("ruling", _FIND_RULINGS, post):
        write(_TAKE_OTHER_GENERATION, {"unlike_ledger": _UNLIKE_LEDGER, "unlike_file": _UNLIKE_FILE})
    return number(_TAKE_REPEATS, post.parameters() | {"reason": _CONTRADICTS})


def judgements() -> Iterator[Judgement]:
    """What was judged, by line. Streamed: a file may be wrong from end to end."""
    yield from (Judgement(*row) for row in stream("SELECT line, field, value, reason FROM judged ORDER BY line"))


def _merged(name: str) -> str:
    """The value after this file: its own, or with none given (and nothing to be replaced) the former one."""
    given = _DERIVED.get(name, name)
    nothing_given = f"s.{given} = 0" if given == "days_mask" else f"s.{given} IS NULL"
    return f"CASE WHEN {nothing_given} AND NOT %(replace)s THEN e.{name} ELSE s.{name} END"


_FIND_CHANGED = f"""
    CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
    SELECT * FROM (
        SELECT s.line, {columns(KEY, "s")}, e.import_number AS former_import, e.is_item,
            {", ".join(f"e.{name} AS former_{name}" for name in GIVEN)},
            {", ".join(f"{_merged(name) if name in GIVEN else 's.' + name} AS {name}" for name in VALUES)}
        FROM staged s JOIN {LIVE_ENTRIES} e ON {LIVE_OF_SOURCE}
    ) compared
    WHERE ROW({columns(GIVEN)}) IS DISTINCT FROM ROW({", ".join(f"former_{name}" for name in GIVEN)})
"""


_TAKE_DISORDERED = """
    WITH disordered AS (
        DELETE FROM changed WHERE first_backup > last_backup RETURNING line
    ), taken AS (
        DELETE FROM staged s USING disordered d WHERE s.line = d.line RETURNING s.line, s.first_backup, s.last_backup
    )
    INSERT INTO judged SELECT line, CASE WHEN first_backup IS NULL THEN 'last_backup' ELSE 'first_backup' END,
        coalesce(first_backup, last_backup)::text, %(reason)s FROM taken
"""
_DISORDERED = (
    "With the other time, which an earlier file gave and this one does not, the first backup would be later than the last. "
    "Give both times."
)


def find_changed(post: Post) -> int:
    """Fill the table `changed` with the rows that differ from the source's live entry, merged with it. Returns how many."""
    return fill("changed", _FIND_CHANGED, post)


def take_disordered() -> int:
    """Judge the changed rows whose one time contradicts the other, kept from an earlier file. Returns how many."""
    return write(_TAKE_DISORDERED, {"reason": _DISORDERED})


_FIND_MISSING = f"""
    CREATE TEMPORARY TABLE missing ON COMMIT DROP AS
    SELECT {columns(KEY, "e")}, e.product_id, e.import_number, e.is_item, e.object_type, e.object_name
    FROM (SELECT DISTINCT month, customer_id, product_id FROM staged) spoken
    JOIN {LIVE_ENTRIES} e ON e.subscription_id = %(subscription)s AND e.month = ANY(%(months)s::date[])
        AND e.month = spoken.month AND e.customer_id = spoken.customer_id
        AND e.product_id = spoken.product_id AND e.source_number = %(source)s
    WHERE NOT EXISTS (SELECT FROM staged s WHERE {same_key("s", "e")})
"""


def find_missing(post: Post) -> int:
    """Fill the table `missing` with the source's live entries that this file does not confirm. Returns how many."""
    return fill("missing", _FIND_MISSING, post)


def fill(table: str, statement: str, post: Post) -> int:
    """Make a temporary table of what the statement finds, and let the planner know it. Returns the number of its rows."""
    write(f"DROP TABLE IF EXISTS {table}")
    write(statement, post.parameters())
    write(f"ANALYZE {table}")
    return number(f"SELECT count(*) FROM {table}")


def _told(name: str, column: str) -> str:
    """A value as text, times as the report spells them."""
    if name in ("first_backup", "last_backup"):
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    return f"{column}::text"


_AS = "AS told (line, place, field, before, after)"
_CHANGES = " UNION ALL ".join(
    f"SELECT line, {place}, '{name}', {_told(name, f'former_{name}')}, {_told(name, name)} FROM changed "
    f"WHERE {name} IS DISTINCT FROM former_{name}"
    for place, name in enumerate(_SAID)
)


def changes() -> Iterator[Change]:
    """Each value that differs, by line. Streamed: a file may change everything."""
    yield from (
        Change(*row) for row in stream(f"SELECT line, field, before, after FROM ({_CHANGES}) {_AS} ORDER BY line, place")
    )


_MISSING = """
    SELECT to_char(m.month, 'YYYY-MM'), c.name, p.name, m.object_type, m.object_name
    FROM missing m JOIN customer c ON c.subscription_id = %(subscription)s AND c.id = m.customer_id
    JOIN product p ON p.id = m.product_id
    ORDER BY 1, 2, 3, 4, 5
"""


def missing(post: Post) -> Iterator[Missing]:
    """Each object that an earlier file has and this one has not. Streamed."""
    yield from (Missing(*row) for row in stream(_MISSING, post.parameters()))
