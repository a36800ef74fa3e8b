"""An item of which one source alone speaks can be its entry as well.

Items that stand already keep their entries in rows of their own, which is as right as before.
"""

from django.db import migrations, models

from tallybook.database.tenancy import reference


class Migration(migrations.Migration):
    dependencies = [("usage", "0002_tenancy")]

    operations = [
        migrations.AddField("usageitem", "source_number", models.SmallIntegerField(null=True)),
        migrations.AddField("usageitem", "import_number", models.IntegerField(null=True)),
        migrations.AddField("usageitem", "line", models.IntegerField(null=True)),
        # No way back: what such an item says would be lost with its columns.
        migrations.RunPython(migrations.RunPython.noop),
        reference("usage_item", "subscription_id, import_number", "usage_import", "subscription_id, number", enforced=False),
    ]
