"""Row-level security of invitations; and the table of sessions that this program no longer uses."""

from django.db import migrations

from tallybook.database.tenancy import protect


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0004_people")]

    operations = [
        protect("invitation"),
        # Sessions know whose they are now (see BrowserSession). Whoever was signed in signs in again.
        migrations.RunSQL(
            ["DROP TABLE IF EXISTS django_session", "DELETE FROM django_migrations WHERE app = 'sessions'"],
            migrations.RunSQL.noop,
        ),
    ]
