"""What a report can be about."""

from collections.abc import Callable
from datetime import date

import pytest
from tests.bookkeeping import NOVEMBER, OCTOBER, OPERATOR, chosen, customer_ids, reported, usage

from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound, Refused
from tallybook.metering.summary import Summary
from tallybook.reports.choice import Choice
from tallybook.subscriptions.customers import alias_customer
from tallybook.subscriptions.models import Subscription

ROWS = [
    usage(month=month, customer=customer, product=product, object_type="VM", object_name="web-1")
    for month in ("2026-08", "2026-09", "2026-10")
    for customer in ("Anchor Ltd", "Birch Ltd")
    for product in ("VM Backup", "EndPoint Backup")
]


@pytest.fixture
def filled(subscription: Subscription, take: Callable[..., Summary]) -> Subscription:
    take(ROWS)
    return subscription


@pytest.mark.parametrize(
    ("first", "last", "customers", "products", "count"),
    [
        pytest.param("2020-01", "2099-12", (), (), 12, id="everything"),
        pytest.param("2026-09", "2026-09", (), (), 4, id="one month"),
        pytest.param("2026-08", "2026-09", (), (), 8, id="both ends included"),
        pytest.param("2026-11", "2026-12", (), (), 0, id="months without usage"),
        pytest.param("2026-08", "2026-10", ("Anchor Ltd",), (), 6, id="one customer"),
        pytest.param("2026-08", "2026-10", ("BIRCH ltd", "anchor LTD"), (), 12, id="customers by letter case"),
        pytest.param("2026-08", "2026-10", ("Anchor Ltd", "anchor ltd"), (), 6, id="one customer twice"),
        pytest.param("2026-08", "2026-10", (), ("VM Backup",), 6, id="one product"),
        pytest.param("2026-08", "2026-10", (), ("Altaro VM Backup", "VM Backup"), 6, id="a product by its alias"),
        pytest.param("2026-08", "2026-10", (), ("365 Total Backup",), 0, id="a product without usage"),
        pytest.param("2026-10", "2026-10", ("Anchor Ltd",), ("EndPoint Backup",), 1, id="all three"),
    ],
)
def test_a_choice_gives_the_rows_it_names(  # noqa: PLR0913, PLR0917 - a table
    filled: Subscription, first: str, last: str, customers: tuple[str, ...], products: tuple[str, ...], count: int
) -> None:
    rows = reported(chosen(filled, first, last, customers, products))
    assert len(rows) == count
    assert all(first <= row["Month"] <= last for row in rows)


def test_a_customer_is_found_by_its_alias(filled: Subscription) -> None:
    with subscription_scope(filled.id):
        alias_customer(filled, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
    choice = chosen(filled, customers=("anker gmbh", "Anchor Ltd"))
    assert choice.customer_ids == (customer_ids(filled)["Anchor Ltd"],)
    assert {row["Customer Name"] for row in reported(choice)} == {"Anchor Ltd"}


def test_an_unknown_customer_or_product_is_named_with_its_near_matches(filled: Subscription) -> None:
    with pytest.raises(NotFound, match=r"no customer 'Ankor Ltd' in .* Did you mean 'Anchor Ltd'"):
        chosen(filled, customers=("Anchor Ltd", "Ankor Ltd"))
    with pytest.raises(NotFound, match=r"no product 'EndPint Backup'\. Did you mean 'EndPoint Backup'"):
        chosen(filled, products=("EndPint Backup",))
    with pytest.raises(NotFound, match="customer list"):
        chosen(filled, customers=("Zzz",))


def test_somebody_elses_customer_is_unknown(filled: Subscription, other_subscription: Subscription) -> None:
    with pytest.raises(NotFound, match="'Anchor Ltd'") as refused:
        chosen(other_subscription, customers=("Anchor Ltd",))
    assert "Did you mean" not in str(refused.value)
    assert reported(other_subscription) == []
    assert len(reported(filled)) == len(ROWS)


def test_a_range_has_its_first_month_first(subscription: Subscription) -> None:
    with pytest.raises(Refused, match="begins with 2026-11, after its end 2026-10"):
        Choice(subscription=subscription, first_month=NOVEMBER, last_month=OCTOBER)
    one = Choice(subscription=subscription, first_month=OCTOBER, last_month=OCTOBER)
    two = Choice(subscription=subscription, first_month=OCTOBER, last_month=date(2027, 1, 1))
    assert (one.period, two.period) == ("2026-10", "2026-10-to-2027-01")
