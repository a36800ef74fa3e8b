"""An item is the fold of what its sources say: the largest sizes, the union of days, the latest text."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from tests.bookkeeping import entries, query, revisions
from tests.usage.telling import FILES, GATEWAY, items, live, tell

from tallybook.database.folding import fold_name
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Customer, Subscription


def day(number: int) -> datetime:
    return datetime(2026, 10, number, 8, tzinfo=UTC)


@pytest.fixture
def customer(subscription: Subscription) -> Customer:
    with subscription_scope(subscription.id):
        name = "Anchor Ltd"
        return Customer.objects.create(subscription=subscription, id=uuid4(), name=name, name_folded=fold_name(name))


def test_sizes_fold_to_the_largest(customer: Customer) -> None:
    tell(customer, GATEWAY, {"protected_bytes": 100, "stored_bytes": 5})
    tell(customer, FILES, {"protected_bytes": 90, "stored_bytes": 7})
    assert items(customer, "protected_bytes, stored_bytes") == [(100, 7)]
    tell(customer, GATEWAY, {"protected_bytes": 80})
    assert items(customer, "protected_bytes, stored_bytes") == [(90, 7)]
    assert revisions(customer.subscription) == {"2026-10": 3}


def test_days_fold_to_their_union(customer: Customer) -> None:
    tell(customer, GATEWAY, {"days_mask": 0b0111, "days_backed_up": 3})
    tell(customer, FILES, {"days_mask": 0b1100, "days_backed_up": 2})
    assert items(customer, "days_mask, days_backed_up") == [(0b1111, 4)]


def test_a_number_of_days_may_be_more_than_the_days_that_are_known(customer: Customer) -> None:
    tell(customer, GATEWAY, {"days_mask": 0b0111, "days_backed_up": 3})
    tell(customer, FILES, {"days_backed_up": 20})
    assert items(customer, "days_mask, days_backed_up") == [(0b0111, 20)]
    tell(customer, GATEWAY, {"days_mask": 2**30 + 1, "days_backed_up": 2})
    assert items(customer, "days_mask, days_backed_up") == [(2**30 + 1, 20)]


def test_times_fold_to_the_first_and_the_last(customer: Customer) -> None:
    tell(customer, GATEWAY, {"first_backup": day(3), "last_backup": day(20)})
    tell(customer, FILES, {"first_backup": day(5), "last_backup": day(31)})
    assert items(customer, "first_backup, last_backup") == [(day(3), day(31))]


def test_text_folds_to_the_latest_that_is_known(customer: Customer) -> None:
    tell(customer, GATEWAY, {"plan": "Gold", "licence": "E3", "deleted": True, "object_name": "WEB-1"})
    tell(customer, FILES, {"plan": "Silver", "object_name": "web-1"})
    assert items(customer, "plan, licence, deleted, object_name") == [("Silver", "E3", True, "web-1")]
    tell(customer, GATEWAY, {"plan": "Bronze", "object_name": "Web-1"})
    assert items(customer, "plan, licence, object_name") == [("Bronze", "E3", "Web-1")]


def test_each_source_has_its_own_live_entry(customer: Customer) -> None:
    assert tell(customer, GATEWAY, {"protected_bytes": 1}).new == 1
    assert tell(customer, FILES, {"protected_bytes": 1}).new == 1
    assert tell(customer, FILES, {"protected_bytes": 2}).changed == 1
    assert live(customer) == [("1", 1, 1, 2, 1), ("1", 2, 3, 2, 2)]
    assert len(items(customer, "object_key")) == 1


def test_an_item_of_one_source_is_its_entry(customer: Customer) -> None:
    tell(customer, GATEWAY, {"protected_bytes": 1}, {"object_key": "2", "protected_bytes": 5})
    tell(customer, GATEWAY, {"protected_bytes": 2}, {"object_key": "2", "protected_bytes": 5})
    assert items(customer, "source_number, import_number, line") == [(1, 2, 2), (1, 1, 3)]
    assert query(customer.subscription, "SELECT import_number, line, protected_bytes, retired_by FROM entry") == [(1, 2, 1, 2)]


def test_a_second_source_sets_the_first_ones_entry_apart(customer: Customer) -> None:
    tell(customer, GATEWAY, {"protected_bytes": 1}, {"object_key": "2"})
    tell(customer, FILES, {"protected_bytes": 2})
    assert items(customer, "source_number, import_number, line") == [(None, None, None), (1, 1, 3)]
    assert live(customer) == [("1", 1, 1, 2, 1), ("1", 2, 2, 2, 2), ("2", 1, 1, 3, None)]


def test_an_entry_that_stands_apart_alone_can_be_changed_and_removed(customer: Customer) -> None:
    """Such are the entries of a ledger from before version 0003 of its tables."""
    tell(customer, GATEWAY, {"protected_bytes": 1})
    tell(customer, FILES, {"protected_bytes": 2}, {"object_key": "2"})
    tell(customer, FILES, {"object_key": "2"}, replace=True)
    assert live(customer) == [("1", 1, 1, 2, 1), ("2", 2, 2, 3, None)]
    assert tell(customer, GATEWAY, {"protected_bytes": 3}).changed == 1
    assert items(customer, "protected_bytes, source_number") == [(3, None), (None, 2)]
    assert tell(customer, GATEWAY, {"object_key": "3"}, replace=True).removed == 1
    assert live(customer) == [("2", 2, 2, 3, None), ("3", 1, 5, 2, None)]
    assert [retired for *_, retired, _ in entries(customer.subscription)] == [4, 3, None, 5, None]


def test_replacing_what_one_source_says_leaves_the_others_word(customer: Customer) -> None:
    tell(customer, GATEWAY, {"protected_bytes": 100}, {"object_key": "2", "object_name": "web-2"})
    tell(customer, FILES, {"protected_bytes": 200}, {"object_key": "3", "object_name": "web-3"})
    posted = tell(customer, FILES, {"object_key": "4", "object_name": "web-4"}, replace=True)
    assert (posted.new, posted.removed, posted.missing) == (1, 2, 2)
    assert items(customer, "object_name, protected_bytes") == [("web-1", 100), ("web-2", None), ("web-4", None)]


def test_the_other_generation_of_another_source_is_not_replaced(customer: Customer) -> None:
    tell(customer, GATEWAY, {"protected_bytes": 100})
    posted = tell(customer, FILES, {"object_key": "2", "object_name": "web-2", "invoice": "Billable"}, replace=True)
    assert (posted.new, posted.removed) == (0, 0)
    assert items(customer, "object_name") == [("web-1",)]


def test_what_points_to_nothing_of_the_subscription_is_not_posted(customer: Customer, other_subscription: Subscription) -> None:
    with subscription_scope(other_subscription.id):
        foreign = Customer.objects.create(
            subscription=other_subscription, id=uuid4(), name="Birch Ltd", name_folded="birch ltd"
        )
    for dangling in ({"customer_id": foreign.id}, {"organisation_id": uuid4()}, {"product_id": 32_000}):
        with pytest.raises(RuntimeError, match="not of this subscription"):
            tell(customer, FILES, dangling)
    assert items(customer, "object_name") == []
    assert revisions(customer.subscription) == {}


def test_an_address_goes_with_the_details_that_hold_it(customer: Customer) -> None:
    ann = {"object_details": "ann@acme.example", "object_email": "ann@acme.example"}
    tell(customer, GATEWAY, ann)
    tell(customer, GATEWAY, {"plan": "Gold"})
    assert items(customer, "object_details, object_email") == [("ann@acme.example", "ann@acme.example")]
    tell(customer, GATEWAY, {"object_details": "left in May"})
    assert items(customer, "object_details, object_email") == [("left in May", None)]


def test_an_address_is_of_the_source_whose_details_are_taken(customer: Customer) -> None:
    tell(customer, GATEWAY, {"object_details": "ann@acme.example", "object_email": "ann@acme.example"})
    tell(customer, FILES, {"plan": "Gold"})
    assert items(customer, "object_details, object_email, plan") == [("ann@acme.example", "ann@acme.example", "Gold")]
    tell(customer, FILES, {"object_details": "left in May"})
    assert items(customer, "object_details, object_email") == [("left in May", None)]
