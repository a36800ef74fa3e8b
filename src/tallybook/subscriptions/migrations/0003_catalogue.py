"""The four products that are shipped, with the names under which the vendors' files call them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from tallybook.database.folding import fold_name

CATALOGUE = {
    "VM Backup": ["Altaro VM Backup", "Hornetsecurity VM Backup"],
    "365 Total Backup": [
        "365 Backup",
        "Microsoft 365 Backup",
        "Office 365 Backup",
        "Altaro Office 365 Backup",
        "Hornetsecurity 365 Total Backup",
    ],
    "Physical Server Backup": ["Altaro Physical Server Backup", "Hornetsecurity Physical Server Backup"],
    "EndPoint Backup": ["Altaro EndPoint Backup", "Hornetsecurity EndPoint Backup"],
}


def ship(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    products = apps.get_model("subscriptions", "Product").objects.using(database)
    aliases = apps.get_model("subscriptions", "ProductAlias").objects.using(database)
    for name, others in CATALOGUE.items():
        product = products.create(name=name, name_folded=fold_name(name))
        for other in others:
            aliases.create(name=other, name_folded=fold_name(other), product=product)


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0002_tenancy")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
