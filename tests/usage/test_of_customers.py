"""What the ledger holds of customers, month by month."""

from collections.abc import Callable
from datetime import date

from tests.bookkeeping import NOVEMBER, OCTOBER, customer_ids, query, usage

from tallybook.billing.counting import count_months
from tallybook.billing.history import billed_of_customer
from tallybook.database.scope import subscription_scope
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription
from tallybook.usage.of_customers import count_by_organisation, count_customer_months, usage_spans

Take = Callable[..., Summary]
SEPTEMBER = date(2026, 9, 1)


def test_a_span_is_from_the_first_to_the_last_month(subscription: Subscription, take: Take) -> None:
    take([usage(month=month) for month in ("2026-09", "2026-11")] + [usage(customer="Birch Ltd", month="2026-10")])
    take([usage(customer="Gone Ltd", month="2026-10")])
    take([usage(customer="Birch Ltd", month="2026-10")])
    ids = customer_ids(subscription)
    with subscription_scope(subscription.id):
        spans = usage_spans(subscription.id)
    assert spans[ids["Anchor Ltd"]] == (SEPTEMBER, NOVEMBER)
    assert spans[ids["Birch Ltd"]] == (OCTOBER, OCTOBER)
    assert set(spans) == set(ids.values())


def test_who_has_no_usage_any_more_has_no_span(subscription: Subscription, take: Take) -> None:
    take([usage(), usage(customer="Birch Ltd")])
    query(
        subscription, "DELETE FROM usage_item WHERE customer_id = %s RETURNING 1", str(customer_ids(subscription)["Birch Ltd"])
    )
    with subscription_scope(subscription.id):
        assert set(usage_spans(subscription.id)) == {customer_ids(subscription)["Anchor Ltd"]}


def test_months_are_counted_by_product_with_sizes(subscription: Subscription, take: Take) -> None:
    take(
        [
            usage(month="2026-10", protected_bytes=5),
            usage(month="2026-10", object_name="Bob", protected_bytes=7),
            usage(month="2026-10", product="VM Backup", object_type="VM"),
            usage(month="2026-09"),
            usage(month="2026-10", customer="Birch Ltd"),
        ]
    )
    anchor = customer_ids(subscription)["Anchor Ltd"]
    with subscription_scope(subscription.id):
        counted = count_customer_months(subscription.id, anchor, [SEPTEMBER, OCTOBER])
        only = count_customer_months(subscription.id, anchor, [SEPTEMBER])
    assert [(one.month, one.product, one.object_count, one.protected_bytes) for one in counted] == [
        (OCTOBER, "VM Backup", 1, None),
        (OCTOBER, "365 Total Backup", 2, 12),
        (SEPTEMBER, "365 Total Backup", 1, None),
    ]
    assert [one.month for one in only] == [SEPTEMBER]


def test_organisations_have_their_objects(subscription: Subscription, take: Take) -> None:
    take([usage(organisation="a.example"), usage(organisation="a.example", object_name="Bob"), usage()])
    with subscription_scope(subscription.id):
        counted = count_by_organisation(subscription.id, customer_ids(subscription)["Anchor Ltd"], OCTOBER)
    assert sorted(counted.values()) == [1, 2]
    assert counted[None] == 1


def test_billed_users_are_those_of_months_that_have_not_changed_since(subscription: Subscription, take: Take) -> None:
    take([usage(), usage(object_name="Bob"), usage(month="2026-11"), usage(month="2026-09", product="VM Backup")])
    anchor = customer_ids(subscription)["Anchor Ltd"]
    count_months(subscription, SEPTEMBER, NOVEMBER)
    take([usage(month="2026-11", object_name="Bob")])
    with subscription_scope(subscription.id):
        assert billed_of_customer(subscription.id, anchor) == {SEPTEMBER: None, OCTOBER: 2}
