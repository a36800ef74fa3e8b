"""Of the references of a quantity that to its customer is enforced: it is the subscription's, and products are the ledger's."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_decisions_tenancy")]

    operations = [
        migrations.AlterField(
            "quantity",
            name,
            models.ForeignKey(db_constraint=False, db_index=False, on_delete=on_delete, to=target),
        )
        for name, on_delete, target in (
            ("subscription", django.db.models.deletion.CASCADE, "subscriptions.subscription"),
            ("product", django.db.models.deletion.PROTECT, "subscriptions.product"),
        )
    ]
