"""Row-level security and composite references of the quantities."""

from django.db import migrations

from tallybook.database.tenancy import protect, reference


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_quantities")]

    operations = [
        protect("counted_month"),
        protect("quantity"),
        reference("quantity", "subscription_id, customer_id", "customer", "subscription_id, id"),
    ]
