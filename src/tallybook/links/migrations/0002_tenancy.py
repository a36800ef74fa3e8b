"""Row-level security and composite references of report links."""

from django.db import migrations

from tallybook.database.tenancy import OWN_ROWS, protect, reference


class Migration(migrations.Migration):
    dependencies = [("links", "0001_initial"), ("subscriptions", "0003_catalogue")]

    operations = [
        # Read before the subscription is known, since it is learnt from them; written only in its scope.
        protect("link_gate", visible="true", writable=OWN_ROWS, deletable=False),
        protect("key_register", visible="true", writable=OWN_ROWS, deletable=False),
        protect("report_link", deletable=False),
        protect("link_key", deletable=False),
        protect("link_call", updatable=False),
        protect("link_file"),
        reference("link_gate", "subscription_id, link_id", "report_link", "subscription_id, id"),
        reference("key_register", "link_id", "link_gate", "link_id"),
        *(
            reference(table, "subscription_id, link_id", "report_link", "subscription_id, id")
            for table in ("link_key", "link_call", "link_file")
        ),
    ]
