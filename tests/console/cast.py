"""What the tests of the console have in common: whole months of two products, and the words of a page."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.test import Client
from tests.bookkeeping import take, usage

from tallybook.console.months import previous_month
from tallybook.subscriptions.models import Subscription, User
from tallybook.usage.months import month_before, month_text

Browse = Callable[[User | None], Client]
TIB = 1024**4


class Months:
    """Texts of the months around the previous one, which a page opens on, in the subscription's time zone."""

    def __init__(self, subscription: Subscription) -> None:
        self.previous_month = previous_month(subscription)
        self.previous = month_text(self.previous_month)
        self.before = month_text(month_before(self.previous_month))
        self.current = month_text(month_before(self.previous_month, -1))


@dataclass(frozen=True)
class Filled:
    """A subscription with usage, and its owner's browser."""

    subscription: Subscription
    months: Months
    client: Client


def fill(subscription: Subscription, folder: Path) -> Months:
    """The previous month and the one before: Anchor Ltd gains a mailbox, "Müller & Söhne" has two servers, Zeta leaves."""
    months = Months(subscription)
    rows = [
        usage(month=months.before, protected_bytes=TIB),
        usage(month=months.before, customer="Zeta Oy", object_name="Åsa"),
        usage(month=months.previous, protected_bytes=2 * TIB, stored_bytes=1024),
        usage(month=months.previous, object_name="Bob Cole"),
        *(
            usage(
                month=months.previous,
                customer='"Müller & Söhne',
                product="VM Backup",
                object_type="VM",
                object_name=name,
                protected_bytes=TIB // 2,
            )
            for name in ("=SUM(A1)", "佐藤")
        ),
    ]
    take(subscription, rows, folder)
    return months


def fill_customers(subscription: Subscription, folder: Path, number: int) -> Months:
    """So many customers with one mailbox each in the previous month."""
    months = Months(subscription)
    rows = [usage(month=months.previous, customer=f"Customer {index:04}") for index in range(number)]
    take(subscription, rows, folder)
    return months


def page_address(subscription: Subscription, rest: str = "") -> str:
    return f"/subscriptions/{subscription.id}/usage/{rest}"


def overview_address(subscription: Subscription, rest: str = "") -> str:
    return f"/subscriptions/{subscription.id}/overview/{rest}"


class Answer(Protocol):
    """What the test client gives for a page."""

    @property
    def content(self) -> bytes: ...


def markup(response: Answer) -> str:
    """The source of a page, without the line breaks between and in its tags."""
    return re.sub(r"\s+(?=>)", "", " ".join(response.content.decode().split())).replace("> <", "><")


def words(response: Answer) -> str:
    """The text of a page, its blanks single."""
    text = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(html.unescape(text).split())


def table_rows(response: Answer) -> list[str]:
    """The words of each row of the page's table."""
    rows = re.findall(r"<tr>.*?</tr>", markup(response))
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in rows]
