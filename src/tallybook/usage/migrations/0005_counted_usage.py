"""What is counted of the ledger, month by month."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from tallybook.database.tenancy import protect


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0003_catalogue"),
        ("usage", "0004_emails"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedUsage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id", "month", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("revision", models.BigIntegerField()),
                (
                    "customer_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                (
                    "product_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None),
                ),
                (
                    "object_counts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="subscriptions.subscription"
                    ),
                ),
            ],
            options={
                "db_table": "counted_usage",
            },
        ),
        protect("counted_usage"),
    ]
