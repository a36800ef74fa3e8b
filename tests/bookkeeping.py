"""Usage files made from rows, their way into the ledger, and the ledger and its reports as they stand."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from tallybook.audit.acting import Actor
from tallybook.database.scope import subscription_scope
from tallybook.metering.importing import ImportOptions, import_file
from tallybook.metering.reading import ReadingOptions, UsageRow
from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, build
from tallybook.reports.choice import Choice, choose
from tallybook.reports.itemised import COLUMNS
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.subscriptions import create_subscription
from tallybook.usage.judging import LIVE_ENTRIES
from tallybook.usage.months import parse_month

TITLES = dict(zip(UsageRow._fields[1:], (column.title for column in COLUMNS), strict=True))
SUBSCRIPTION_TABLES = (
    "customer",
    "customer_alias",
    "organisation",
    "source",
    "usage_import",
    "import_reach",
    "upload",
    "entry",
    "usage_item",
    "counted_usage",
    "revision",
    "rule_setting",
    "person_decision",
    "exclusion",
    "counted_month",
    "quantity",
    "membership",
    "invitation",
    "audit_event",
    "audit_detail",
    "report_link",
    "link_key",
    "link_call",
    "link_file",
)
# Read before a subscription is known, since it is learnt from them.
REGISTER_TABLES = ("link_gate", "key_register", "ledger_version")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
PLAIN = Form()
OPERATOR = Actor.operator("tester")

Cells = dict[str, str]


def usage(**cells: object) -> Cells:
    """A row of a usage file by the fields of UsageRow. What is not given is Ann Bell's mailbox in October 2026."""
    usual = {
        "month": "2026-10",
        "customer": "Anchor Ltd",
        "product": "365 Total Backup",
        "object_type": "Mailbox",
        "object_name": "Ann Bell",
    }
    given = {name: "" if value is None else str(value) for name, value in cells.items()}
    return {TITLES[name]: value for name, value in (usual | given).items()}


def usage_csv(rows: list[Cells]) -> bytes:
    """The rows as a file with the columns that any of them has, in the report's order."""
    columns = [title for title in TITLES.values() if any(title in row for row in rows)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def new_subscription() -> Subscription:
    """A subscription beside those of the fixtures."""
    return create_subscription(f"MSP {uuid4()}")


def take(
    subscription: Subscription,
    content: list[Cells] | bytes | Path,
    folder: Path,
    *,
    profile: str = "itemised",
    **options: bool,
) -> Summary:
    """Import rows, a file's content, or a file."""
    if not isinstance(content, Path):
        path = folder / f"{uuid4()}.csv"
        path.write_bytes(usage_csv(content) if isinstance(content, list) else content)
        content = path
    reading = ReadingOptions(profile=profile, time_zone=subscription.zone)
    return import_file(subscription, content, ImportOptions(reading=reading, **options), actor=OPERATOR)


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    """Rows, and how many of them are new, existing, changed and refused."""
    return summary.rows, summary.new, summary.existing, summary.changed, len(summary.refused)


def chosen(
    subscription: Subscription,
    first: str = "2020-01",
    last: str = "2099-12",
    customers: tuple[str, ...] = (),
    products: tuple[str, ...] = (),
) -> Choice:
    """A choice by names."""
    with subscription_scope(subscription.id):
        months = (parse_month(first, "first"), parse_month(last, "last"))
        return choose(subscription, months, customers=customers, products=products)


def report(choice: Choice | Subscription, form: Form = PLAIN) -> bytes:
    """A whole report."""
    built = build(chosen(choice) if isinstance(choice, Subscription) else choice, form)
    with built.file:
        return built.file.read()


def rows_of(content: bytes) -> list[Cells]:
    """The rows of a report as CSV of the profile `api`."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def reported(choice: Choice | Subscription) -> list[Cells]:
    """The rows of a report, without the customers' ids."""
    rows = rows_of(report(choice))
    for row in rows:
        del row["Customer ID"]
    return rows


def ledger(subscription: Subscription) -> dict[str, list[str]]:
    """Every row of the subscription, by table: equal when nothing at all has changed."""
    with subscription_scope(subscription.id), connection.cursor() as cursor:
        state = {}
        for table in SUBSCRIPTION_TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")
            state[table] = [text for (text,) in cursor.fetchall()]
    return state


def query(subscription: Subscription, statement: str, *parameters: str) -> list[tuple[Any, ...]]:
    """The rows of a query in the subscription's scope."""
    with subscription_scope(subscription.id), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def revisions(subscription: Subscription) -> dict[str, int]:
    """How often each month has changed."""
    return dict(query(subscription, "SELECT to_char(month, 'YYYY-MM'), number FROM revision ORDER BY 1"))


def entries(subscription: Subscription) -> list[tuple[Any, ...]]:
    """Object, import, line, the import that retired it, and protected size of each entry, in the order in which they came."""
    told = "object_name, import_number, line, {}, protected_bytes"
    return query(
        subscription,
        f"SELECT {told.format('NULL::integer')} FROM {LIVE_ENTRIES} live UNION ALL "
        f"SELECT {told.format('retired_by')} FROM entry WHERE retired_by IS NOT NULL ORDER BY import_number, line",
    )


def customer_ids(subscription: Subscription) -> dict[str, UUID]:
    """The ids of customers by name."""
    return dict(query(subscription, "SELECT name, id FROM customer"))
