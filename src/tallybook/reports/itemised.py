"""The itemised billing report, schema 1: its columns and the one query behind every format."""

from typing import Any, NamedTuple

from tallybook.reports.choice import Choice

SCHEMA = 1


class Column(NamedTuple):
    """A column of the report: its name in CSV and XLSX, its name in JSON, its SQL, and whether it is text or a number."""

    title: str
    json_name: str
    sql: str
    is_text: bool = True


def _utc(column: str) -> str:
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


COLUMNS = (
    Column("Month", "month", "to_char(i.month, 'YYYY-MM')"),
    Column("Customer Name", "customerName", "c.name"),
    Column("Customer ID", "customerId", "c.id::text"),
    Column("Customer Reference", "customerReference", "nullif(c.reference, '')"),
    Column("Product", "product", "p.name"),
    Column("Plan", "plan", "i.plan"),
    Column("Organisation", "organisation", "o.name"),
    Column("Object Type Backed Up", "objectTypeBackedUp", "i.object_type"),
    Column("Object Name", "objectName", "i.object_name"),
    Column("Object Details", "objectDetails", "i.object_details"),
    Column("Object ID", "objectId", "i.object_id"),
    Column("Licence", "licence", "i.licence"),
    Column("Deleted", "deleted", "CASE i.deleted WHEN true THEN 'Yes' WHEN false THEN 'No' END"),
    Column("Invoice", "invoice", "i.invoice"),
    Column("Days Backed Up", "daysBackedUp", "i.days_backed_up", is_text=False),
    Column("First Backup", "firstBackup", _utc("i.first_backup")),
    Column("Last Backup", "lastBackup", _utc("i.last_backup")),
    Column("Protected Size (Bytes)", "protectedBytes", "i.protected_bytes", is_text=False),
    Column("Stored Size (Bytes)", "storedBytes", "i.stored_bytes", is_text=False),
    Column("Adjustment For", "adjustmentFor", "to_char(i.adjustment_for, 'YYYY-MM')"),
)

_FROM = """
    FROM usage_item i
    JOIN customer c ON c.subscription_id = i.subscription_id AND c.id = i.customer_id
    JOIN product p ON p.id = i.product_id
    LEFT JOIN organisation o ON o.subscription_id = i.subscription_id AND o.id = i.organisation_id
    WHERE i.subscription_id = %(subscription)s AND i.month BETWEEN %(first_month)s AND %(last_month)s
        AND (%(customers)s::uuid[] IS NULL OR i.customer_id = ANY(%(customers)s::uuid[]))
        AND (%(products)s::smallint[] IS NULL OR i.product_id = ANY(%(products)s::smallint[]))
"""
# Text by its bytes, so that the same data is the same file on every server, and in one order whatever the plan. What is not
# known is empty in the file, and so comes first.
_ORDER = """
    ORDER BY i.month, c.name COLLATE "C", p.name COLLATE "C", i.object_type COLLATE "C", i.object_name COLLATE "C",
        i.object_id COLLATE "C" NULLS FIRST, o.name COLLATE "C" NULLS FIRST, i.object_details COLLATE "C" NULLS FIRST,
        i.adjustment_for NULLS FIRST, i.object_key
"""


def parameters(choice: Choice) -> dict[str, Any]:
    """The values behind the placeholders of the queries."""
    return {
        "subscription": choice.subscription.id,
        "first_month": choice.first_month,
        "last_month": choice.last_month,
        "customers": list(choice.customer_ids) if choice.customer_ids is not None else None,
        "products": list(choice.product_ids) if choice.product_ids is not None else None,
    }


def rows_query(*, neutralise: bool = False) -> str:
    """The rows in the order of the report.

    Args:
        neutralise: put an apostrophe before text that a spreadsheet would take for a formula, and before text that begins with
            an apostrophe, so that taking one away gives the text back.
    """
    # Line feed and the full-width signs are not in the standard list, but some spreadsheets heed them.
    risky = "'^[=+@\\-\\t\\r\\n''＝＋＠－]'"  # noqa: RUF001 - the full-width signs are meant
    cells = (
        f"CASE WHEN {column.sql} ~ {risky} THEN '''' || {column.sql} ELSE {column.sql} END"
        if neutralise and column.is_text
        else column.sql
        for column in COLUMNS
    )
    named = ", ".join(f'{cell} AS "{column.json_name}"' for cell, column in zip(cells, COLUMNS, strict=True))
    return f"SELECT {named} {_FROM} {_ORDER}"


COUNT_QUERY = f"SELECT count(*) {_FROM}"
CUSTOMERS_QUERY = f'SELECT c.id, c.name {_FROM} GROUP BY c.id, c.name ORDER BY c.name COLLATE "C", c.id'
