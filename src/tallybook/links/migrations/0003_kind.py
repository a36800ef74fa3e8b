from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("links", "0002_tenancy"),
    ]

    operations = [
        migrations.AddField(
            model_name="reportlink",
            name="kind",
            field=models.CharField(db_default="itemised", max_length=20),
        ),
    ]
