"""Which address an object's details hold: cases, each with its reason."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from tests.bookkeeping import query, take, usage

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription
from tallybook.usage.emails import email_in


@pytest.mark.parametrize(
    ("details", "email"),
    [
        (None, ""),
        ("", ""),
        ("ann@anchor.example", "ann@anchor.example"),
        ("Ann@Anchor.example", "ann@anchor.example"),
        # As mail programs write it.
        ("Ann Lee <ann@anchor.example>", "ann@anchor.example"),
        ("  ann@anchor.example\n", "ann@anchor.example"),
        # Twice the same is one.
        ("ann@anchor.example; ANN@anchor.example", "ann@anchor.example"),
        # Whose of the two? Nobody's.
        ("ann@anchor.example, ben@anchor.example", ""),
        ("https://anchor.example/sites/ann", ""),
        # What stands around an address is no part of it.
        ("https://anchor.example/personal/ann@anchor.example", "ann@anchor.example"),
        ("'ann@anchor.example'", "ann@anchor.example"),
        ("Write to ann@anchor.example.", "ann@anchor.example"),
        ("[ann@anchor.example](mailto:ann@anchor.example)", "ann@anchor.example"),
        ("mary.o'brien@anchor.example", "mary.o'brien@anchor.example"),
        ("o'brien@anchor.example", "o'brien@anchor.example"),
        ("a@b.example", "a@b.example"),
        ("@home", ""),
        ("ann@", ""),
    ],
)
def test_the_address_in_details(details: str | None, email: str) -> None:
    assert email_in(details) == email


def test_a_ledger_from_before_they_were_kept_gets_them(subscription: Subscription, tmp_path: Path) -> None:
    """What the migration does, on rows from before it."""
    details = ("Ann@acme.example", "ann@acme.example; ben@acme.example", "a room", None)
    rows = [usage(object_name=f"Ann {number}", object_details=text) for number, text in enumerate(details)]
    take(subscription, rows, tmp_path)
    take(subscription, [rows[0] | usage(object_name="Ann 0", plan="Gold")], tmp_path)
    find_emails = import_module("tallybook.usage.migrations.0004_emails").find_emails
    with subscription_scope(subscription.id), connection.cursor() as cursor:
        for table in ("entry", "usage_item"):
            cursor.execute(f"UPDATE {table} SET object_email = NULL")
        find_emails(None, SimpleNamespace(connection=connection))
    told = query(subscription, "SELECT object_email FROM usage_item ORDER BY object_name")
    assert [email for (email,) in told] == ["ann@acme.example", None, None, None]
    assert query(subscription, "SELECT object_email FROM entry") == [("ann@acme.example",)]
