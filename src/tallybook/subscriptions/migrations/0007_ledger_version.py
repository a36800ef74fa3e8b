"""Whether any revision of a subscription was raised, in one value that is read before the subscription is known."""

import django.db.models.deletion
from django.db import migrations, models

from tallybook.database.tenancy import OWN_ROWS, protect


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0006_customer_notes")]

    operations = [
        migrations.CreateModel(
            "LedgerVersion",
            [
                (
                    "subscription",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="subscriptions.subscription",
                    ),
                ),
                ("version", models.UUIDField()),
            ],
            options={"db_table": "ledger_version"},
        ),
        protect("ledger_version", visible="true", writable=OWN_ROWS, deletable=False),
    ]
