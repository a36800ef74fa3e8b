"""Row-level security and composite references of the ledger."""

from django.db import migrations

from tallybook.database.tenancy import protect, reference


class Migration(migrations.Migration):
    dependencies = [("usage", "0001_initial"), ("subscriptions", "0002_tenancy")]

    operations = [
        # Nobody deletes what a source has said, or that it said so.
        *(protect(table, deletable=False) for table in ("source", "usage_import", "entry")),
        protect("usage_item"),
        reference("usage_import", "subscription_id, source_number", "source", "subscription_id, number"),
        *(
            reference(table, columns, target, key, enforced=False)
            for table in ("entry", "usage_item")
            for columns, target, key in (
                ("subscription_id, customer_id", "customer", "subscription_id, id"),
                ("subscription_id, organisation_id", "organisation", "subscription_id, id"),
                ("product_id", "product", "id"),
            )
        ),
        reference("entry", "subscription_id, import_number", "usage_import", "subscription_id, number", enforced=False),
    ]
