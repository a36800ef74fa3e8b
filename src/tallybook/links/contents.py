"""What tells one answer of a link from another, and is asked for whenever a program polls whether anything changed."""

from datetime import date
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db import connection

from tallybook.database.queries import prepared_rows
from tallybook.database.scope import SCOPE_OF_ONE_QUERY
from tallybook.links.choices import months_today
from tallybook.links.register import Gate
from tallybook.reports.every_kind import find_kind
from tallybook.reports.kinds import Kind
from tallybook.subscriptions.revisions import MONTH_AND_NUMBER
from tallybook.usage.months import month_text

# Revisions of all months: which of them the link means is known only when its period is here.
_NOW = f"""
    {SCOPE_OF_ONE_QUERY}
    SELECT
        (SELECT ARRAY[period, kind] FROM report_link WHERE subscription_id = scope.id AND id = %(link)s),
        (SELECT time_zone FROM subscription WHERE id = scope.id),
        ARRAY(SELECT {MONTH_AND_NUMBER} FROM revision WHERE subscription_id = scope.id ORDER BY month)
    FROM scope
"""


def content_now(gate: Gate) -> str:
    """The content of a report that would be made now.

    Raises:
        RuntimeError: inside a transaction, for the rest of which the scope would stay.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A scope of one query has to be a transaction of its own.")
    of_link = {"subscription": str(gate.subscription_id), "link": gate.link_id}
    (((period, kind), time_zone, revisions),) = prepared_rows(_NOW, of_link)
    months = months_today(period, ZoneInfo(time_zone))
    first, last = map(month_text, months)
    revisions_of_months = " ".join(one for one in revisions if first <= one[: len(first)] <= last)
    return content_of(gate, find_kind(kind), months, revisions_of_months)


def content_of(gate: Gate, kind: Kind, months: tuple[date, date], revisions: str) -> str:
    """The same for the same answer: link and its revision, kind of report, months, and what the ledger says of them."""
    said = (str(gate.link_id), str(gate.revision), kind.name + kind.version(), *map(str, months), revisions)
    return sha256("\n".join(said).encode()).hexdigest()[:32]
