"""Row-level security of the audit log: the runtime role reads and appends, and changes or deletes nothing."""

from django.db import migrations

from tallybook.database.tenancy import protect, reference


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("subscriptions", "0002_tenancy")]

    operations = [
        *(protect(table, updatable=False, deletable=False) for table in ("audit_event", "audit_detail")),
        reference("audit_event", "subscription_id", "subscription", "id"),
        reference("audit_detail", "subscription_id, number", "audit_event", "subscription_id, number"),
    ]
