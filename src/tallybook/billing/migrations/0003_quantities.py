import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_tenancy"),
        ("subscriptions", "0003_catalogue"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id", "month", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("revision", models.BigIntegerField()),
                ("rules_version", models.CharField(max_length=64)),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="subscriptions.subscription"
                    ),
                ),
            ],
            options={
                "db_table": "counted_month",
            },
        ),
        migrations.CreateModel(
            name="Quantity",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id",
                        "month",
                        "customer_id",
                        "product_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("customer_id", models.UUIDField()),
                ("rule", models.CharField(max_length=200)),
                ("quantity", models.IntegerField()),
                ("recipe", models.IntegerField(null=True)),
                ("free_count", models.IntegerField(null=True)),
                (
                    "product",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="subscriptions.product"),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="subscriptions.subscription"
                    ),
                ),
            ],
            options={
                "db_table": "quantity",
            },
        ),
    ]
