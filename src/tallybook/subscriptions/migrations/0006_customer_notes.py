"""What people write down about a customer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0005_people_tenancy")]

    operations = [migrations.AddField("customer", "notes", models.TextField(blank=True, default=""))]
