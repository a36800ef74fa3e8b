"""The address in an object's details stands beside them: people are grouped by it in SQL.

It takes the place of the folded details, which nothing read: the object's key is made of them before they are stored.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from tallybook.usage.emails import email_in

_TABLES = ("entry", "usage_item")
_ROWS_A_FETCH = 10_000


def find_emails(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Each spelling of details once: objects repeat theirs in every month."""
    with schema_editor.connection.cursor() as reading, schema_editor.connection.cursor() as writing:
        for table in _TABLES:
            writing.execute("CREATE TEMPORARY TABLE email_of (details text, email text) ON COMMIT DROP")
            reading.execute(f"SELECT DISTINCT object_details FROM {table} WHERE object_details LIKE '%@%'")
            while spelt := reading.fetchmany(_ROWS_A_FETCH):
                found = [(details, email) for (details,) in spelt if (email := email_in(details))]
                writing.executemany("INSERT INTO email_of VALUES (%s, %s)", found)
            writing.execute("ANALYZE email_of")
            writing.execute(f"UPDATE {table} SET object_email = email FROM email_of WHERE object_details = details")
            writing.execute("DROP TABLE email_of")


class Migration(migrations.Migration):
    dependencies = [("usage", "0003_items_that_are_entries")]

    operations = [
        *(
            migrations.AddField(model, "object_email", models.CharField(max_length=6000, null=True))
            for model in ("entry", "usageitem")
        ),
        migrations.RunPython(find_emails, migrations.RunPython.noop),
        *(migrations.RemoveField(model, "object_details_folded") for model in ("entry", "usageitem")),
    ]
