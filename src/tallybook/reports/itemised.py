"""The itemised billing report, schema 1."""

from tallybook.reports.kinds import Column, Kind, chosen_rows


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

_SOURCE = f"""
    FROM usage_item i
    JOIN customer c ON c.subscription_id = i.subscription_id AND c.id = i.customer_id
    JOIN product p ON p.id = i.product_id
    LEFT JOIN organisation o ON o.subscription_id = i.subscription_id AND o.id = i.organisation_id
    WHERE {chosen_rows("i")}
"""
# Text by its bytes, so that the same data is the same file on every server, and in one order whatever the plan. What is not
# known is empty in the file, and so comes first.
_ORDER = """
    ORDER BY i.month, c.name COLLATE "C", p.name COLLATE "C", i.object_type COLLATE "C", i.object_name COLLATE "C",
        i.object_id COLLATE "C" NULLS FIRST, o.name COLLATE "C" NULLS FIRST, i.object_details COLLATE "C" NULLS FIRST,
        i.adjustment_for NULLS FIRST, i.object_key
"""

ITEMISED = Kind(name="itemised", title="Itemised billing report", columns=COLUMNS, source=_SOURCE, order=_ORDER)
