"""The quantities of months: counted in a snapshot, kept until something changes, and never put back by who was slower."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from django.conf import settings
from tests.bookkeeping import OCTOBER, OPERATOR, customer_ids, query, usage
from tests.conftest import SAMPLES

from tallybook.billing import counting
from tallybook.billing.against_former import beside_former, users_of_month
from tallybook.billing.billed_users import Chosen
from tallybook.billing.counting import count_months, count_newest_months, stale_months, user_quantities
from tallybook.billing.history import billed_by_month
from tallybook.billing.month_count import Counted
from tallybook.billing.rules import OBJECTS, RECIPE
from tallybook.billing.rules_in_force import Span, set_rule
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotNow
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import rename_customer
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.products import find_product

Take = Callable[..., Summary]
SEPTEMBER = date(2026, 9, 1)
TWO_ANNS = [usage(object_name="Ann", object_details=f"{name}@a.example") for name in ("ann", "bell")]
MACHINES = [usage(product="VM Backup", object_type="VM", object_name=name) for name in ("web-1", "web-2")]


def kept(subscription: Subscription) -> list[tuple[object, ...]]:
    return query(
        subscription,
        "SELECT to_char(q.month, 'YYYY-MM'), c.name, p.name, q.rule, q.quantity, q.recipe, q.free_count FROM quantity q "
        "JOIN customer c ON c.id = q.customer_id JOIN product p ON p.id = q.product_id ORDER BY 1, 2, 3",
    )


def versions(subscription: Subscription) -> list[tuple[object, ...]]:
    """Other ones when the rows were written again."""
    return query(subscription, "SELECT ctid::text, xmin::text FROM quantity ORDER BY 1")


def stale(subscription: Subscription) -> list[date]:
    with subscription_scope(subscription.id):
        return stale_months(subscription.id, SEPTEMBER, OCTOBER)


def test_users_and_objects_are_counted_by_their_rules(subscription: Subscription, take: Take) -> None:
    site = usage(object_type="SharePoint Files", object_name="Site")
    late = [usage(object_name="Late", adjustment_for="2026-08"), MACHINES[0] | usage(adjustment_for="2026-08", object_name="x")]
    take([*TWO_ANNS, site, *MACHINES, *late, usage(customer="Birch Ltd", month="2026-09", object_type="SharePoint Files")])
    count_months(subscription, SEPTEMBER, OCTOBER)
    assert kept(subscription) == [
        ("2026-09", "Birch Ltd", "365 Total Backup", "people", 0, 0, 1),
        ("2026-10", "Anchor Ltd", "365 Total Backup", "people", 2, 1, 1),
        ("2026-10", "Anchor Ltd", "VM Backup", "objects", 2, None, None),
    ]


@pytest.mark.parametrize("name", ["itemised-a.csv", "itemised-b.csv"])
def test_they_are_what_the_bills_say(subscription: Subscription, take: Take, name: str) -> None:
    take(SAMPLES / name)
    count_months(subscription, date(2026, 1, 1), date(2026, 12, 1))
    for month in (date(2026, number, 1) for number in (8, 9, 10)):
        with subscription_scope(subscription.id):
            bills = list(users_of_month(subscription, Chosen(subscription_id=subscription.id, month=month)))
            told = user_quantities(subscription.id, month, date(2025, 1, 1))
        assert sorted((one.customer, one.now, one.recipe, one.free) for one in told) == sorted(
            (bill.customer, bill.quantity, bill.recipe, len(bill.free)) for bill in bills
        )
        assert bills


def test_a_month_is_counted_once(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, *MACHINES])
    count_months(subscription, OCTOBER, OCTOBER)
    before = versions(subscription)
    count_months(subscription, OCTOBER, OCTOBER)
    take(TWO_ANNS)
    count_months(subscription, SEPTEMBER, OCTOBER)
    assert versions(subscription) == before
    assert before


def test_what_changes_a_month_makes_it_stale(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, usage(month="2026-09")])
    assert stale(subscription) == [SEPTEMBER, OCTOBER]
    count_months(subscription, SEPTEMBER, OCTOBER)
    assert stale(subscription) == []
    take([usage(object_name="Cem")])
    assert stale(subscription) == [OCTOBER]
    count_months(subscription, SEPTEMBER, OCTOBER)
    with subscription_scope(subscription.id):
        set_rule(subscription, Span(find_product("365 backup"), None, OCTOBER), RECIPE, actor=OPERATOR)
    assert stale(subscription) == [OCTOBER]
    count_months(subscription, SEPTEMBER, OCTOBER)
    assert kept(subscription)[-1] == ("2026-10", "Anchor Ltd", "365 Total Backup", "recipe", 2, 2, 0)
    with subscription_scope(subscription.id):
        rename_customer(subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
    assert stale(subscription) == [SEPTEMBER, OCTOBER]


def test_other_rules_count_again(subscription: Subscription, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    take(TWO_ANNS)
    count_months(subscription, OCTOBER, OCTOBER)
    before = versions(subscription)
    monkeypatch.setattr(counting, "_RULES_VERSION", "next")
    assert stale(subscription) == [OCTOBER]
    count_months(subscription, OCTOBER, OCTOBER)
    assert stale(subscription) == []
    assert versions(subscription) != before


def test_counting_that_takes_too_long_is_given_up(
    subscription: Subscription, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    take([*TWO_ANNS, usage(month="2026-09")])
    monkeypatch.setattr(settings.INSTALLATION, "report_timeout_seconds", -1)
    with pytest.raises(NotNow, match="Counting 2 months took longer"):
        count_months(subscription, SEPTEMBER, OCTOBER)
    assert kept(subscription) == []


def test_the_newest_are_counted_first_and_none_when_time_is_up(subscription: Subscription, take: Take) -> None:
    take([*TWO_ANNS, usage(month="2026-09")])
    count_newest_months(subscription, SEPTEMBER, OCTOBER, until=0)
    assert stale(subscription) == [SEPTEMBER, OCTOBER]
    count_newest_months(subscription, SEPTEMBER, OCTOBER, until=time.monotonic() + 60)
    assert stale(subscription) == []


def test_the_history_has_the_months_that_are_counted_as_they_stand(
    subscription: Subscription, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = usage(month="2026-09", object_type="SharePoint Files")
    take([*TWO_ANNS, *MACHINES, usage(customer="Birch Ltd"), site])

    def history() -> dict[date, int]:
        with subscription_scope(subscription.id):
            return billed_by_month(subscription.id, SEPTEMBER, OCTOBER)

    assert history() == {}
    count_months(subscription, SEPTEMBER, OCTOBER)
    # Nobody is billed in September, which is counted; machines are no users.
    assert history() == {SEPTEMBER: 0, OCTOBER: 3}
    take([usage(object_name="Cem")])
    assert history() == {SEPTEMBER: 0}
    monkeypatch.setattr(counting, "_RULES_VERSION", "another")
    assert history() == {}


def test_where_objects_were_counted_and_now_users_both_are_told(subscription: Subscription, take: Take) -> None:
    boxes = [usage(month=month, object_type=kind) for month in ("2026-09", "2026-10") for kind in ("Mailbox", "OneDrive")]
    take(boxes)
    with subscription_scope(subscription.id):
        product = find_product("365 backup")
        set_rule(subscription, Span(product, None, SEPTEMBER), OBJECTS, actor=OPERATOR)
        set_rule(subscription, Span(product, None, OCTOBER), None, actor=OPERATOR)
    count_months(subscription, SEPTEMBER, OCTOBER)
    with subscription_scope(subscription.id):
        (told,) = user_quantities(subscription.id, OCTOBER, SEPTEMBER)
        (beside,) = beside_former(subscription, Chosen(subscription_id=subscription.id, month=OCTOBER))
    assert (told.former, told.now, told.rule.name) == (2, 1, "people")
    assert (told.former_by_objects, told.now_by_objects) == (True, False)
    assert (beside.former_quantity, beside.quantity) == (2, 1)
    assert [(change.delta, change.cause) for change in beside.changes] == [(-1, "rule changed")]


def test_a_customer_who_is_gone_has_no_quantity(subscription: Subscription, take: Take) -> None:
    take([*MACHINES, usage(customer="Birch Ltd", product="VM Backup", object_type="VM")])
    count_months(subscription, OCTOBER, OCTOBER)
    take([usage(customer="Birch Ltd", product="VM Backup", object_type="VM", object_name="other")], replace=True)
    take([MACHINES[0]], replace=True)
    count_months(subscription, OCTOBER, OCTOBER)
    assert [(name, quantity) for _, name, _, _, quantity, *_ in kept(subscription)] == [("Anchor Ltd", 1), ("Birch Ltd", 1)]


def test_who_counted_an_earlier_ledger_and_comes_later_changes_nothing(subscription: Subscription, take: Take) -> None:
    take(TWO_ANNS)
    anchor = customer_ids(subscription)["Anchor Ltd"]
    take([usage(object_name="Cem")])
    count_months(subscription, OCTOBER, OCTOBER)
    before = versions(subscription)
    with subscription_scope(subscription.id):
        counting.keep_counted(subscription.id, OCTOBER, 1, [Counted(anchor, 2, "people", 99, 99, 0, 0)])
    assert versions(subscription) == before
    assert kept(subscription)[0][4] == 3


def test_another_subscription_is_not_counted(subscription: Subscription, other_subscription: Subscription, take: Take) -> None:
    take(TWO_ANNS)
    count_months(other_subscription, OCTOBER, OCTOBER)
    assert kept(other_subscription) == kept(subscription) == []
