"""The customer of a quantity is not checked row by row: it is read from the table of customers, of whom none is deleted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_references_of_quantities")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE quantity ALTER CONSTRAINT quantity_customer_id_fk NOT ENFORCED",
            "ALTER TABLE quantity ALTER CONSTRAINT quantity_customer_id_fk ENFORCED",
        )
    ]
