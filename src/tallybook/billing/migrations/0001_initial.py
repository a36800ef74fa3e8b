import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subscriptions", "0003_catalogue"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleSetting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("customer_id", models.UUIDField(null=True)),
                ("first_month", models.DateField()),
                ("rule", models.CharField(blank=True, max_length=200)),
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
                "db_table": "rule_setting",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription", "product", "customer_id", "first_month"),
                        name="rule_setting_unique",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
