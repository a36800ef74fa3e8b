"""What was done to one thing is found without reading the whole log."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_tenancy")]

    operations = [
        migrations.AddIndex(
            "auditevent", models.Index(fields=["subscription_id", "subject_id", "-number"], name="audit_event_subject")
        )
    ]
