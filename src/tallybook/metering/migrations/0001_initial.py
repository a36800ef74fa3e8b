"""Files on their way into the ledger, protected by row-level security."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from tallybook.database.tenancy import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("subscriptions", "0003_catalogue"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "subscription_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False)),
                ("file_name", models.CharField(max_length=2000)),
                ("size_bytes", models.BigIntegerField()),
                ("sent_by", models.CharField(max_length=254)),
                ("sent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("options", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("checking", "Checking"),
                            ("checked", "Checked"),
                            ("unusable", "Unusable"),
                            ("importing", "Importing"),
                            ("imported", "Imported"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("attempt", models.IntegerField(default=0)),
                ("beat_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("rows_done", models.IntegerField(default=0)),
                ("bytes_done", models.BigIntegerField(default=0)),
                ("waits", models.BooleanField(default=False)),
                ("found", models.JSONField(null=True)),
                ("message", models.TextField(blank=True, default="")),
                ("import_number", models.IntegerField(null=True)),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="subscriptions.subscription"
                    ),
                ),
            ],
            options={
                "db_table": "upload",
                "indexes": [models.Index(fields=["subscription", "import_number"], name="upload_of_import")],
            },
        ),
        protect("upload"),
    ]
