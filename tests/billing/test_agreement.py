"""Two independent computations agree: the rules in Python, and one SQL query that was written apart from them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.bookkeeping import new_subscription, take, usage

from tallybook.billing.against_former import users_of_month
from tallybook.billing.billed_users import Chosen
from tallybook.database.queries import rows
from tallybook.database.scope import subscription_scope
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

SAMPLES = Path(__file__).parents[1] / "samples"
MONTHS = [date(2026, month, 1) for month in (8, 9, 10)]
Numbers = list[tuple[str, int, int]]

_IN_SQL = """
    WITH user_row AS (
        SELECT customer_id, organisation_id, object_name_folded AS name,
            object_email AS address
        FROM usage_item
        WHERE subscription_id = %(subscription)s AND month = %(month)s AND (
            object_type ILIKE ANY (ARRAY['Mailbox', 'N/A', 'OneDrive', 'User Teams Chats'])
            OR (object_type ILIKE 'M365 User' AND invoice = 'Billable')
        )
    ), only_address AS (
        SELECT customer_id, organisation_id, name, min(address) AS address FROM user_row WHERE address IS NOT NULL
        GROUP BY customer_id, organisation_id, name HAVING count(DISTINCT address) = 1
    ), person AS (
        SELECT u.customer_id, u.name, (u.organisation_id, coalesce(u.address, o.address, u.name)) AS identity
        FROM user_row u LEFT JOIN only_address o ON o.customer_id = u.customer_id AND o.name = u.name
            AND o.organisation_id IS NOT DISTINCT FROM u.organisation_id
    )
    SELECT c.name, count(DISTINCT p.name), count(DISTINCT p.identity)
    FROM person p JOIN customer c ON c.subscription_id = %(subscription)s AND c.id = p.customer_id
    GROUP BY c.name ORDER BY c.name COLLATE "C"
"""


def by_rules(subscription: Subscription, month: date) -> Numbers:
    chosen = Chosen(subscription_id=subscription.id, month=month)
    with subscription_scope(subscription.id):
        found = [(one.customer, one.recipe, one.quantity) for one in users_of_month(subscription, chosen)]
    return [one for one in found if one[1]]


def by_sql(subscription: Subscription, month: date) -> Numbers:
    with subscription_scope(subscription.id):
        return [
            (name, recipe, people) for name, recipe, people in rows(_IN_SQL, {"subscription": subscription.id, "month": month})
        ]


@pytest.mark.parametrize("name", ["itemised-a.csv", "itemised-b.csv"])
def test_on_the_samples(name: str, tmp_path: Path) -> None:
    subscription = new_subscription()
    take(subscription, SAMPLES / name, tmp_path, profile="auto")
    for month in MONTHS:
        found = by_rules(subscription, month)
        assert len(found) == 10
        assert found == by_sql(subscription, month)


def test_on_what_is_hard(subscription: Subscription, take: Callable[..., Summary]) -> None:
    take([
        usage(object_name="Ann", object_details="ann@x.example", organisation="one"),
        usage(object_name="ANN", object_details="Ann@X.example", object_type="OneDrive", organisation="one"),
        usage(object_name="Ann", object_type="N/A", organisation="one"),
        usage(object_name="Ann", object_type="N/A", organisation="two"),
        usage(object_name="Ben", object_details="ben@x.example"),
        usage(object_name="Ben", object_details="ben.b@x.example"),
        usage(object_name="Ben", object_type="N/A"),
        usage(object_name="Straße", object_details="s@x.example"),
        usage(object_name="STRASSE", object_details="s@x.example", object_type="OneDrive"),
        usage(object_name="site", object_type="SharePoint Files", object_details="ben@x.example"),
    ])  # fmt: skip
    october = MONTHS[-1]
    assert by_rules(subscription, october) == by_sql(subscription, october) == [("Anchor Ltd", 3, 6)]
