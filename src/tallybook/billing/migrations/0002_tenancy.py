"""Row-level security and the composite reference of the rules' settings."""

from django.db import migrations

from tallybook.database.tenancy import protect, reference


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("subscriptions", "0003_catalogue")]

    operations = [
        protect("rule_setting", deletable=False),
        reference("rule_setting", "subscription_id, customer_id", "customer", "subscription_id, id"),
    ]
