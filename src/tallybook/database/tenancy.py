"""Row-level security for the tables of a subscription, as migration operations.

FORCE binds the owner of the table as well; the owner therefore has a policy of its own on each table, else data migrations
and dumps would silently see no rows.
"""

from django.db.migrations import RunSQL

# NULLIF: after a transaction that used SET LOCAL the setting is '', not NULL.
CURRENT_SUBSCRIPTION = "(SELECT NULLIF(current_setting('tallybook.subscription', true), '')::uuid)"
CURRENT_PERSON = "(SELECT NULLIF(current_setting('tallybook.person', true), '')::uuid)"
IS_OPERATOR = "(SELECT current_setting('tallybook.operator', true) IS NOT DISTINCT FROM 'on')"

OWN_ROWS = f"subscription_id = {CURRENT_SUBSCRIPTION}"


def protect(
    table: str,
    *,
    visible: str = OWN_ROWS,
    writable: str | None = None,
    updatable: bool = True,
    deletable: bool = True,
) -> RunSQL:
    """Row-level security with FORCE on a table, forward and backward.

    Args:
        table: name of the table.
        visible: SQL condition of the rows that can be read.
        writable: SQL condition of the rows that can be written; the same as visible when left out.
        updatable: whether the runtime role can change rows at all. It has the right by GRANT, as on all tables; without a
            policy it finds no row to change.
        deletable: likewise for deleting.
    """
    writable = writable or visible
    policies = {
        "owner": "TO CURRENT_USER USING (true)",
        "read": f"FOR SELECT USING ({visible})",
        "insert": f"FOR INSERT WITH CHECK ({writable})",
    }
    if updatable:
        policies["update"] = f"FOR UPDATE USING ({writable})"
    if deletable:
        policies["delete"] = f"FOR DELETE USING ({writable})"
    return RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            *(f"CREATE POLICY {table}_{name} ON {table} {policy}" for name, policy in policies.items()),
        ],
        [
            *(f"DROP POLICY {table}_{name} ON {table}" for name in policies),
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def reference(table: str, columns: str, target: str, target_columns: str, *, enforced: bool = True) -> RunSQL:
    """A composite foreign key, which Django's ForeignKey cannot express. Columns are comma-separated lists.

    One that is not enforced tells people and tools what belongs together; the writer of the table checks it (see
    `tallybook.usage.ledger`).
    """
    name = f"{table}_{columns.rsplit(', ', 1)[-1]}_fk"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {target} ({target_columns})"
        + ("" if enforced else " NOT ENFORCED"),
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
