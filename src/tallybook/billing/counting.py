"""The quantities of each month: counted once, and again when the ledger, the rules in force or the rules themselves change.

A month is counted in one snapshot, and what comes out is kept with the revision that the snapshot saw. Whoever reads the
quantities asks in the same transaction whether they are those of the revision that stands there.
"""

import time
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple
from unicodedata import unidata_version
from uuid import UUID

from django.conf import settings

from tallybook.billing.billed_users import Chosen
from tallybook.billing.decisions_in_force import decisions_in_force
from tallybook.billing.month_count import Counted, count_month
from tallybook.billing.rules import Rule, find_rule
from tallybook.billing.rules_in_force import rules_in_force
from tallybook.database.queries import rows, write
from tallybook.database.scope import snapshot_scope, subscription_scope
from tallybook.errors import NotNow
from tallybook.subscriptions.models import Subscription

_STALE = """
    SELECT r.month FROM revision r
    LEFT JOIN counted_month c ON c.subscription_id = r.subscription_id AND c.month = r.month
        AND c.revision = r.number AND c.rules_version = %(version)s
    WHERE r.subscription_id = %(subscription)s AND r.month BETWEEN %(first)s AND %(last)s AND c.month IS NULL
    ORDER BY r.month
"""
_REVISION = "SELECT number FROM revision WHERE subscription_id = %(subscription)s AND month = %(month)s"


def count_months(subscription: Subscription, first_month: date, last_month: date) -> None:
    """Count those of these months, both included, that have changed since they were counted. Call outside of a transaction.

    Raises:
        NotNow: it took longer than a report may. The months that have been counted by then are kept.
    """
    seconds = settings.INSTALLATION.report_timeout_seconds
    deadline = time.monotonic() + seconds
    with subscription_scope(subscription.id):
        stale = stale_months(subscription.id, first_month, last_month)
    for month in stale:
        if time.monotonic() > deadline:
            raise NotNow(
                f"Counting {len(stale):,} months took longer than {seconds} seconds. What was counted is kept; try again."
            )
        _count_and_keep(subscription, month)


def count_newest_months(subscription: Subscription, first_month: date, last_month: date, *, until: float) -> None:
    """Likewise, the newest first, as long as the monotonic clock has not come to `until`. What is left comes another time."""
    with subscription_scope(subscription.id):
        stale = stale_months(subscription.id, first_month, last_month)
    for month in reversed(stale):
        if time.monotonic() > until:
            break
        _count_and_keep(subscription, month)


def _count_and_keep(subscription: Subscription, month: date) -> None:
    with snapshot_scope(subscription.id):
        ((revision,),) = rows(_REVISION, {"subscription": subscription.id, "month": month})
        counted = _count(subscription, month)
    with subscription_scope(subscription.id):
        keep_counted(subscription.id, month, revision, counted)


def stale_months(subscription_id: UUID, first_month: date, last_month: date) -> list[date]:
    """Months of which no quantities are kept, or former ones. Call inside the subscription's scope."""
    of_months = {"subscription": subscription_id, "first": first_month, "last": last_month, "version": rules_version()}
    return [month for (month,) in rows(_STALE, of_months)]


def rules_version() -> str:
    """Another one whenever the code that counts is another: what an earlier version counted is counted again."""
    return _RULES_VERSION


def _hash_of_sources() -> str:
    sources = [*files("tallybook.billing").iterdir(), files("tallybook.database") / "folding.py"]
    digest = sha256(unidata_version.encode())
    for source in sorted((one for one in sources if one.name.endswith(".py")), key=lambda one: one.name):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


# At the start: when an update has brought other files, this process still counts by what it has read.
_RULES_VERSION = _hash_of_sources()


def _count(subscription: Subscription, month: date) -> list[Counted]:
    (rules,), (decisions,) = rules_in_force(subscription, month), decisions_in_force(subscription, month)
    return count_month(Chosen(subscription_id=subscription.id, month=month), rules.of, decisions)


# Of two who counted at once the later revision stays; the row of the month makes the second one wait for the first.
_MARK = """
    INSERT INTO counted_month AS c (subscription_id, month, revision, rules_version)
    VALUES (%(subscription)s, %(month)s, %(revision)s, %(version)s)
    ON CONFLICT (subscription_id, month) DO UPDATE SET revision = excluded.revision, rules_version = excluded.rules_version
    WHERE c.revision < excluded.revision OR c.rules_version <> excluded.rules_version
"""
_CLEAR = "DELETE FROM quantity WHERE subscription_id = %(subscription)s AND month = %(month)s"
_ADD = f"""
    INSERT INTO quantity (subscription_id, month, {", ".join(Counted._fields)})
    SELECT %(subscription)s, %(month)s, counted.* FROM unnest(
        %(customer_id)s::uuid[], %(product_id)s::smallint[], %(rule)s::text[], %(quantity)s::integer[], %(recipe)s::integer[],
        %(free_count)s::integer[], %(excluded_count)s::integer[]
    ) counted
"""


def keep_counted(subscription_id: UUID, month: date, revision: int, counted: list[Counted]) -> None:
    """Keep what was counted of a month at a revision, unless a later one was counted meanwhile. Call inside the scope."""
    of_month = {"subscription": subscription_id, "month": month}
    if write(_MARK, of_month | {"revision": revision, "version": rules_version()}):
        write(_CLEAR, of_month)
        columns = {name: _array([getattr(one, name) for one in counted]) for name in Counted._fields if name != "rule"}
        write(_ADD, of_month | columns | {"rule": [one.rule for one in counted]})


def _array(values: Iterable[UUID | int | None]) -> str:
    """What needs no quotation marks as an array of PostgreSQL's, made ten times as fast as psycopg goes from value to value."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


_OF_USERS = """
    WITH beside AS (
        SELECT customer_id, product_id,
            max(quantity) FILTER (WHERE month = %(month)s) AS now, max(quantity) FILTER (WHERE month = %(former)s) AS former,
            max(recipe) FILTER (WHERE month = %(month)s) AS recipe, max(free_count) FILTER (WHERE month = %(month)s) AS free,
            max(excluded_count) FILTER (WHERE month = %(month)s) AS excluded,
            coalesce(max(rule) FILTER (WHERE month = %(month)s), max(rule)) AS rule,
            coalesce(bool_or(recipe IS NULL) FILTER (WHERE month = %(month)s), false) AS now_by_objects,
            coalesce(bool_or(recipe IS NULL) FILTER (WHERE month = %(former)s), false) AS former_by_objects
        FROM quantity
        WHERE subscription_id = %(subscription)s AND month IN (%(month)s, %(former)s)
        GROUP BY customer_id, product_id HAVING bool_or(recipe IS NOT NULL)
    )
    SELECT c.id, c.name, p.name, b.rule, coalesce(now, 0), coalesce(former, 0), coalesce(recipe, 0), coalesce(free, 0),
        coalesce(excluded, 0), now_by_objects, former_by_objects
    FROM beside b
    JOIN customer c ON c.subscription_id = %(subscription)s AND c.id = b.customer_id
    JOIN product p ON p.id = b.product_id
    ORDER BY c.name_folded COLLATE "C", p.id
"""


class UserQuantity(NamedTuple):
    """The billed users of a customer and product in a month, and how many they were the month before."""

    customer_id: UUID
    customer: str
    product: str
    rule_name: str
    now: int
    former: int
    recipe: int
    free: int
    excluded: int
    now_by_objects: bool
    former_by_objects: bool
    """Whether the number is one of objects, after or before another rule came into force."""

    @property
    def rule(self) -> Rule:
        return find_rule(self.rule_name)

    @property
    def users(self) -> int | None:
        """How many are billed; None where objects are."""
        return None if self.now_by_objects else self.now

    @property
    def is_comparable(self) -> bool:
        """Whether users are counted in both months."""
        return not (self.now_by_objects or self.former_by_objects)

    @property
    def change(self) -> int:
        """0 where the two months are not comparable: the customer's page tells how the rule changed the number."""
        return self.now - self.former if self.is_comparable else 0


def user_quantities(subscription_id: UUID, month: date, former_month: date) -> list[UserQuantity]:
    """The kept quantities where users are counted, or were in the former month, by customer. Call inside the scope."""
    of_months = {"subscription": subscription_id, "month": month, "former": former_month}
    return [UserQuantity(*row) for row in rows(_OF_USERS, of_months)]
