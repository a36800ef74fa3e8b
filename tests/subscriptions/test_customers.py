"""Customers: their names, their aliases, and new names that keep what was."""

from collections.abc import Callable, Iterator

import pytest
from tests.bookkeeping import OPERATOR, customer_ids, reported, usage

from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound, Refused
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import (
    alias_customer,
    customer_aliases,
    customers_by_name,
    find_customers,
    list_customers,
    rename_customer,
)
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]


@pytest.fixture
def inside(subscription: Subscription, take: Take) -> Iterator[Subscription]:
    """The scope of a subscription with two customers."""
    take([usage(customer="Anchor Ltd"), usage(customer="Birch Ltd")])
    with subscription_scope(subscription.id):
        yield subscription


def aliases(subscription: Subscription) -> list[str]:
    return [name for names in customer_aliases(subscription).values() for name in names]


def test_customers_are_found_by_name_alias_and_each_once(inside: Subscription) -> None:
    alias_customer(inside, "anchor ltd", "Anker GmbH", actor=OPERATOR)
    found = find_customers(inside, ["ANKER gmbh", "Anchor Ltd", "Birch  Ltd"])
    assert [customer.name for customer in found] == ["Anchor Ltd", "Birch Ltd"]
    assert [customer.name for customer in list_customers(inside)] == ["Anchor Ltd", "Birch Ltd"]
    assert set(customers_by_name(inside)) == {"anchor ltd", "anker gmbh", "birch ltd"}


def test_the_same_alias_again_changes_nothing(inside: Subscription) -> None:
    alias_customer(inside, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
    assert alias_customer(inside, "Anchor Ltd", "ANKER gmbh", actor=OPERATOR).name == "Anchor Ltd"
    assert alias_customer(inside, "Anchor Ltd", "anchor LTD", actor=OPERATOR).name == "Anchor Ltd"
    assert aliases(inside) == ["Anker GmbH"]


@pytest.mark.parametrize("change", [alias_customer, rename_customer], ids=["alias", "rename"])
def test_a_name_or_alias_of_another_customer_is_taken(inside: Subscription, change: Callable[..., object]) -> None:
    alias_customer(inside, "Birch Ltd", "Birke AG", actor=OPERATOR)
    for taken in ("BIRCH ltd", "birke ag"):
        with pytest.raises(Refused, match="is a name of the customer 'Birch Ltd' already"):
            change(inside, "Anchor Ltd", taken, actor=OPERATOR)
    assert set(customers_by_name(inside)) == {"anchor ltd", "birch ltd", "birke ag"}


@pytest.mark.parametrize("change", [alias_customer, rename_customer], ids=["alias", "rename"])
@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb"])
def test_an_unusable_name_is_refused(inside: Subscription, change: Callable[..., object], name: str) -> None:
    with pytest.raises(Refused, match="name of the"):
        change(inside, "Anchor Ltd", name, actor=OPERATOR)
    assert aliases(inside) == []


@pytest.mark.parametrize("change", [alias_customer, rename_customer], ids=["alias", "rename"])
def test_an_unknown_customer_is_told_with_near_matches(inside: Subscription, change: Callable[..., object]) -> None:
    with pytest.raises(NotFound, match="Did you mean 'Anchor Ltd'"):
        change(inside, "Ankor Ltd", "Anything", actor=OPERATOR)
    with pytest.raises(NotFound, match="customer list"):
        change(inside, "\u2603", "Anything", actor=OPERATOR)


def test_a_new_name_keeps_id_and_history_and_the_old_name_imports_to_it(subscription: Subscription, take: Take) -> None:
    take([usage(customer="Anchor Ltd", month="2026-09")])
    before = customer_ids(subscription)["Anchor Ltd"]
    with subscription_scope(subscription.id):
        rename_customer(subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
    assert take([usage(customer="Anchor Ltd", month="2026-10")]).customers_created == 0
    assert customer_ids(subscription) == {"Anker GmbH": before}
    assert [(row["Month"], row["Customer Name"]) for row in reported(subscription)] == [
        ("2026-09", "Anker GmbH"),
        ("2026-10", "Anker GmbH"),
    ]


def test_names_can_go_forth_and_back(inside: Subscription) -> None:
    for name in ("Anker GmbH", "Ancora Srl", "Anchor Ltd", "ANCHOR LTD", "Anker GmbH"):
        rename_customer(inside, "Anchor Ltd", name, actor=OPERATOR)
        (customer,) = find_customers(inside, ["Anchor Ltd"])
        assert customer.name == name
        assert name not in aliases(inside)
    assert aliases(inside) == ["ANCHOR LTD", "Ancora Srl"]


def test_another_letter_case_is_no_alias(inside: Subscription) -> None:
    rename_customer(inside, "Anchor Ltd", "ANCHOR Ltd", actor=OPERATOR)
    assert [customer.name for customer in list_customers(inside)] == ["ANCHOR Ltd", "Birch Ltd"]
    assert aliases(inside) == []


def test_subscriptions_may_have_customers_of_one_name(inside: Subscription, other_subscription: Subscription) -> None:
    with subscription_scope(other_subscription.id):
        assert list_customers(other_subscription) == []
        with pytest.raises(NotFound):
            rename_customer(other_subscription, "Anchor Ltd", "Stolen Ltd", actor=OPERATOR)
    assert len(list_customers(inside)) == 2
