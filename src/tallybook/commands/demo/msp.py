"""The demo MSP in the database: its subscription, its usage and its owner, each made where it is missing."""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import dropwhile
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Max

from tallybook.commands.acting import acting_operator
from tallybook.commands.demo.file import demo_rows, first_month_of, write_demo_file
from tallybook.commands.demo.sign_in import EMAIL, ensure_owner
from tallybook.commands.demo.usage import DemoRow
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound
from tallybook.metering.importing import ImportOptions, import_file
from tallybook.metering.reading import ReadingOptions
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.subscriptions import create_subscription, find_subscription
from tallybook.usage.models import UsageItem

NAME = "Demo MSP"
TIME_ZONE = "Europe/Malta"


class DemoAccess(NamedTuple):
    """How to look at the demo. `notes` are sentences about what is not as the last time."""

    subscription: str
    email: str
    password: str
    notes: tuple[str, ...] = ()


def ensure_demo(today: date | None = None, *, name: str = NAME, email: str = EMAIL) -> DemoAccess:
    """Make the demo MSP, or what is missing of it; what is there is kept. When a month has passed, its usage is added.

    Args:
        today: until when usage is told of; left out, the day that it is in the demo's time zone.
        name: the subscription's.
        email: the owner's address.
    """
    today = today or datetime.now(ZoneInfo(TIME_ZONE)).date()
    subscription = _subscription(name)
    newest = _newest_month(subscription)
    if newest is None or newest < today.replace(day=1):
        _import(subscription, today, newest)
    owner = ensure_owner(subscription, email)
    return DemoAccess(subscription.name, owner.email, owner.password, owner.notes)


def _subscription(name: str) -> Subscription:
    try:
        return find_subscription(name)
    except NotFound:
        return create_subscription(name, TIME_ZONE)


def _newest_month(subscription: Subscription) -> date | None:
    with subscription_scope(subscription.id):
        newest: date | None = UsageItem.objects.filter(subscription_id=subscription.id).aggregate(newest=Max("month"))["newest"]
    return newest


def _import(subscription: Subscription, today: date, newest: date | None) -> None:
    """Import the demo's usage, from the newest month on that is there: it was not over when it was told of."""
    rows = _from_month(demo_rows(today, _first_month(subscription, today)), newest)
    with tempfile.TemporaryDirectory(prefix="tallybook-demo-") as folder:
        path = Path(folder) / f"demo-usage-{today:%Y-%m-%d}.csv"
        write_demo_file(path, rows)
        options = ImportOptions(reading=ReadingOptions(time_zone=subscription.zone))
        summary = import_file(subscription, path, options, actor=acting_operator())
    if refusals := list(summary.refused):
        raise RuntimeError(f"{len(refusals)} rows of the demo were refused, the first as {refusals[0]}.")


def _first_month(subscription: Subscription, today: date) -> date:
    """A year before the demo was made; so what was told of a month stays as it was, whenever more is added."""
    made = subscription.created_at.astimezone(subscription.zone).date()
    return first_month_of(min(made, today))


def _from_month(rows: Iterator[DemoRow], month: date | None) -> Iterator[DemoRow]:
    return rows if month is None else dropwhile(lambda row: row.month < f"{month:%Y-%m}", rows)
