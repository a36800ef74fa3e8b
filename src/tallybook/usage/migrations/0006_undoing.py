"""Who made an import and whether it was undone, and the customers, months and products of which its rows speak."""

import django.db.models.deletion
from django.db import migrations, models

from tallybook.database.tenancy import protect, reference


class Migration(migrations.Migration):
    dependencies = [("usage", "0005_counted_usage"), ("subscriptions", "0003_catalogue")]

    operations = [
        *(
            migrations.AddField("import", name, models.CharField(db_default="", max_length=254))
            for name in ("made_by", "undone_by")
        ),
        migrations.AddField("import", "undone_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="ImportReach",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id",
                        "import_number",
                        "month",
                        "customer_id",
                        "product_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("import_number", models.IntegerField()),
                ("month", models.DateField()),
                ("customer_id", models.UUIDField()),
                ("product_id", models.SmallIntegerField()),
                (
                    "subscription",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="subscriptions.subscription",
                    ),
                ),
            ],
            options={"db_table": "import_reach"},
        ),
        migrations.AddIndex(
            "importreach", models.Index(fields=["subscription", "month", "customer_id"], name="import_reach_of")
        ),
        protect("import_reach", updatable=False, deletable=False),
        reference("import_reach", "subscription_id, import_number", "usage_import", "subscription_id, number"),
        reference("import_reach", "subscription_id, customer_id", "customer", "subscription_id, id"),
    ]
