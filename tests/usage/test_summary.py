"""What the ledger holds of a subscription's months, counted."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from tests.bookkeeping import NOVEMBER, OCTOBER, customer_ids, take, usage

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription
from tallybook.usage import summary

LARGEST_BYTES = 2**63 - 1


@pytest.fixture
def filled(subscription: Subscription, tmp_path: Path) -> Subscription:
    """Two customers in October, one of them in November too."""
    take(
        subscription,
        [
            usage(protected_bytes=LARGEST_BYTES),
            usage(object_name="Bob Cole", protected_bytes=LARGEST_BYTES),
            usage(customer="Bell GmbH", product="VM Backup", object_type="VM", object_name="DC1", stored_bytes=0),
            usage(month="2026-11"),
        ],
        tmp_path,
    )
    return subscription


def test_months_with_usage(filled: Subscription, other_subscription: Subscription) -> None:
    with subscription_scope(filled.id):
        assert summary.months_with_usage(filled.id) == [OCTOBER, NOVEMBER]
    with subscription_scope(other_subscription.id):
        assert summary.months_with_usage(other_subscription.id) == []
        assert summary.months_with_usage(filled.id) == []


def test_counts_of_a_month_beside_the_former_one(filled: Subscription) -> None:
    with subscription_scope(filled.id):
        october = summary.count_month(filled.id, OCTOBER, date(2026, 9, 1))
        november = summary.count_month(filled.id, NOVEMBER, OCTOBER)
    assert [count[1:2] + count[4:] for count in october] == [
        ("Anchor Ltd", "365 Total Backup", 2, 0, 2 * LARGEST_BYTES, None, None, None),
        ("Bell GmbH", "VM Backup", 1, 0, None, 0, None, None),
    ]
    assert [count[-4:] for count in november] == [(None, None, 2 * LARGEST_BYTES, None), (None, None, None, 0)]
    assert [(count.customer_name, count.object_count, count.former_count) for count in november] == [
        ("Anchor Ltd", 1, 2),
        ("Bell GmbH", 0, 1),
    ]


def test_when_a_month_last_changed(filled: Subscription) -> None:
    with subscription_scope(filled.id):
        assert summary.month_changed_at(filled.id, OCTOBER) is not None
        assert summary.month_changed_at(filled.id, date(2026, 9, 1)) is None


def test_items_of_a_choice_are_counted(filled: Subscription, monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = customer_ids(filled)["Anchor Ltd"]
    both = (OCTOBER, NOVEMBER)
    with subscription_scope(filled.id):
        assert summary.count_items(filled.id, both, None, None).items == 4
        assert summary.count_items(filled.id, both, [anchor], None).items == 3
        assert summary.count_items(filled.id, (OCTOBER, OCTOBER), [anchor, uuid4()], [2]).items == 2
        assert summary.count_items(filled.id, both, None, [1]).items == 1
        monkeypatch.setattr(summary, "COUNTED_AT_MOST", 3)
        assert summary.count_items(filled.id, both, None, None).items == 3
