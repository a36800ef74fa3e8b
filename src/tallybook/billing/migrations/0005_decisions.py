import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0004_quantities_tenancy"),
        ("subscriptions", "0003_catalogue"),
    ]

    operations = [
        migrations.AddField(
            model_name="quantity",
            name="excluded_count",
            field=models.IntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("customer_id", models.UUIDField()),
                ("organisation", models.CharField(blank=True, max_length=6000)),
                ("identity", models.CharField(max_length=6000)),
                ("reason", models.CharField(max_length=200)),
                ("owner", models.CharField(max_length=200)),
                ("first_month", models.DateField()),
                ("last_month", models.DateField(null=True)),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="subscriptions.subscription"
                    ),
                ),
            ],
            options={
                "db_table": "exclusion",
            },
        ),
        migrations.CreateModel(
            name="PersonDecision",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("customer_id", models.UUIDField()),
                ("organisation", models.CharField(blank=True, max_length=6000)),
                (
                    "identities",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=6000), size=None),
                ),
                ("is_one_person", models.BooleanField()),
                ("first_month", models.DateField()),
                ("decided_by", models.CharField(max_length=200)),
                ("decided_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="subscriptions.subscription"
                    ),
                ),
            ],
            options={
                "db_table": "person_decision",
            },
        ),
    ]
