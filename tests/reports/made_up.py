"""A small made-up ledger with fixed ids and times, whose reports are always the same bytes."""

from pathlib import Path
from uuid import UUID

from django.db import connection
from tests.bookkeeping import take, usage

from tallybook.database.folding import fold_name
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Customer, Organisation, Subscription

CUSTOMERS = ('Bäckerei "Süß", Inh. Groß', "=Sum & Sons Ltd", "Anchor Ltd", "株式会社 錨")
ROWS = [
    usage(
        customer="Anchor Ltd",
        customer_reference="0042",
        plan="Gold",
        organisation="anchor.onmicrosoft.com",
        object_details="ann@anchor.example",
        object_id="00123",
        licence="Microsoft 365 E3",
        deleted="No",
        days_backed_up=31,
        first_backup="2026-10-01T00:30:00+02:00",
        last_backup="2026-10-31 23:59",
        protected_bytes=9_223_372_036_854_775_807,
        stored_bytes=0,
    ),
    usage(customer="Anchor Ltd", object_type="N/A", object_name="Ben Crow", object_details="ben@anchor.example"),
    usage(customer="Anchor Ltd", object_type="N/A", object_name="ben crow ", deleted="Yes"),
    usage(customer="Anchor Ltd", month="2026-11", adjustment_for="2026-10", object_name="Late Lark", protected_bytes=1),
    usage(customer="=Sum & Sons Ltd", object_type="M365 User", object_name="+49 Team Lead", invoice="Billable"),
    usage(customer="=Sum & Sons Ltd", object_type="M365 User", object_name="-", object_details="@home", invoice="Free"),
    usage(customer="=Sum & Sons Ltd", object_type="M365 User", object_name="'quoted'", plan="\tTab", invoice="Free"),
    usage(
        customer='Bäckerei "Süß", Inh. Groß',
        product="Physical Server Backup",
        object_type="Physical Server",
        object_name="DC9\nrack 2",
        object_details="dc.baeckerei.example; hall\r\n3",
        last_backup="2026-10-25 02:30",
        protected_bytes=1_000_000_000_000_000,
    ),
    usage(customer="株式会社 錨", product="VM Backup", object_type="VM", object_name="ファイル\rサーバー 😀", stored_bytes=5),
    usage(customer="株式会社 錨", product="EndPoint Backup", object_type="Endpoint", object_name="\u202eabc\u202c _x0041_"),
]


def fill(subscription: Subscription, folder: Path) -> None:
    """Take the rows into an empty subscription."""
    with subscription_scope(subscription.id):
        for number, name in enumerate(CUSTOMERS, start=1):
            customer_id = UUID(int=number)
            Customer.objects.create(subscription=subscription, id=customer_id, name=name, name_folded=fold_name(name))
        name = "anchor.onmicrosoft.com"
        Organisation.objects.create(
            subscription=subscription, id=UUID(int=9), customer_id=UUID(int=3), name=name, name_folded=name
        )
    summary = take(subscription, ROWS, folder)
    assert (summary.new, summary.customers_created) == (len(ROWS), 0)
    with subscription_scope(subscription.id), connection.cursor() as cursor:
        cursor.execute("UPDATE revision SET changed_at = '2026-11-02 08:00:00.9+00'")
