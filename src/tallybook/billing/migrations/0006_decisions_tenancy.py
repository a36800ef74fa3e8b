"""Row-level security and composite references of what was decided about people."""

from django.db import migrations

from tallybook.database.tenancy import protect, reference


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_decisions")]

    operations = [
        operation
        for table in ("person_decision", "exclusion")
        for operation in (
            protect(table),
            reference(table, "subscription_id, customer_id", "customer", "subscription_id, id"),
        )
    ]
