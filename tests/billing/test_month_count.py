"""Counting a month at once comes to what the bills come to, person by person, for whatever objects there are."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bookkeeping import OCTOBER, new_subscription, query, take, usage

from tallybook.billing.billed_users import Chosen, billed_users
from tallybook.billing.month_count import count_month
from tallybook.billing.rules import RULES, Rule
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription

TYPES = ["Mailbox", "mailbox", "OneDrive", "N/A", "User Teams Chats", "Shared Mailbox", "SharePoint Files", "room"]
FACTS = st.fixed_dictionaries(
    {
        "customer": st.sampled_from(["Anchor Ltd", "Birch Ltd"]),
        "object_type": st.sampled_from(TYPES),
        "object_name": st.sampled_from(["Ann", "ANN", "Ben", "Straße", "strasse"]),
        "object_details": st.sampled_from([None, "ann@a.example", "Ann@A.example", "ben@a.example", "a room"]),
        "object_id": st.sampled_from([None, "1", "2"]),
        "organisation": st.sampled_from([None, "one", "two"]),
        "licence": st.sampled_from([None, "E3", "Unlicensed"]),
        "deleted": st.sampled_from([None, "Yes", "No"]),
    }
)
OF_GENERATION_B = FACTS.flatmap(
    lambda facts: st.sampled_from(["Billable", "Free"]).map(
        lambda invoice: facts | {"customer": "Cedar Ltd", "object_type": "M365 User", "invoice": invoice}
    )
)
MACHINES = st.sampled_from(["web-1", "web-2"]).map(
    lambda name: {"product": "VM Backup", "object_type": "VM", "object_name": name}
)
DAYS = st.sampled_from([0, 0, 1, 2, 3, 2**30])
Numbers = list[tuple[UUID, int, str, int, int | None, int | None, int | None]]


def at_once(chosen: Chosen, rule: Rule) -> Numbers:
    return sorted(count_month(chosen, lambda *_: rule, {}))


def by_bills(chosen: Chosen, rule: Rule) -> Numbers:
    numbers = []
    for bill in billed_users(chosen, lambda *_: rule):
        of_users = (bill.recipe, len(bill.free), 0) if rule.counts_users else (None, None, None)
        numbers.append((bill.customer_id, bill.product_id, bill.rule.name, bill.quantity, *of_users))
    return sorted(numbers)


@given(
    rows=st.lists(st.tuples(st.one_of(FACTS, FACTS, OF_GENERATION_B, MACHINES), DAYS), min_size=1, max_size=25),
    rule=st.sampled_from(list(RULES.values())),
)
@settings(max_examples=40, deadline=None)
def test_it_is_what_the_bills_say(tmp_path_factory: pytest.TempPathFactory, rows: list[Any], rule: Rule) -> None:
    subscription = new_subscription()
    take(subscription, [usage(**facts) for facts, _ in rows], tmp_path_factory.mktemp("rows"))
    know_days(subscription, [days for _, days in rows])
    chosen = Chosen(subscription_id=subscription.id, month=OCTOBER)
    with subscription_scope(subscription.id):
        assert at_once(chosen, rule) == by_bills(chosen, rule) != []


def know_days(subscription: Subscription, days: list[int]) -> None:
    """Files say nothing of days; what is pushed will."""
    spelt = "{" + ",".join(map(str, days)) + "}"
    query(subscription, "UPDATE usage_item SET days_mask = (%s::integer[])[line - 1] RETURNING 1", spelt)


def test_a_month_without_usage_has_no_numbers(subscription: Subscription) -> None:
    chosen = Chosen(subscription_id=subscription.id, month=OCTOBER)
    with subscription_scope(subscription.id):
        assert at_once(chosen, RULES["people"]) == []


@pytest.mark.parametrize("rule", RULES.values())
@pytest.mark.parametrize("column", ["object_type", "licence"])
def test_of_however_many_kinds(subscription: Subscription, tmp_path: Path, rule: Rule, column: str) -> None:
    """A licence may be written in as many ways as there are objects; and so may a type, though it hardly is.

    They come from the database in two fetches.
    """
    rows = [usage(object_name=f"Ann {number}", **{column: f"kind {number}"}) for number in range(80)]
    take(subscription, [*rows, usage(licence="Unlicensed"), usage(object_name="Una", licence="no licence")], tmp_path)
    chosen = Chosen(subscription_id=subscription.id, month=OCTOBER)
    with subscription_scope(subscription.id):
        assert at_once(chosen, rule) == by_bills(chosen, rule) != []
