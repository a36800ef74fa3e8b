"""Two people who change customers at once, on connections of their own: as if one had come after the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection
from tests.bookkeeping import OPERATOR, customer_ids, query, usage

from tallybook.database.scope import subscription_scope
from tallybook.errors import Refused
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customer_facts import ChangedMeanwhile, CustomerFacts, change_customer
from tallybook.subscriptions.customers import unalias_customer
from tallybook.subscriptions.models import Subscription

ROUNDS = 10


def at_once(*steps: Callable[[], object]) -> list[str]:
    """Run the steps at the same time; gives how each ended."""
    start = Barrier(len(steps))

    def run(step: Callable[[], object]) -> str:
        try:
            start.wait()
            return f"done {step()}"
        except Exception as error:  # noqa: BLE001 - the name of whatever it is is what the test looks at
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as threads:
        return sorted(threads.map(run, steps))


def saving(subscription: Subscription, customer_id: UUID, seen: CustomerFacts, **changes: str) -> Callable[[], bool]:
    def save() -> bool:
        with subscription_scope(subscription.id):
            return change_customer(subscription, customer_id, seen, seen._replace(**changes), actor=OPERATOR)

    return save


@pytest.fixture
def names(take: Callable[..., Summary]) -> list[str]:
    names = [f"Customer {number}" for number in range(2 * ROUNDS)]
    take([usage(customer=name) for name in names])
    return names


def test_of_two_renames_to_one_name_one_is_done(subscription: Subscription, names: list[str]) -> None:
    ids = customer_ids(subscription)
    for number in range(ROUNDS):
        pair = names[2 * number : 2 * number + 2]
        steps = [saving(subscription, ids[name], CustomerFacts(name, "", ""), name=f"Wanted {number}") for name in pair]
        assert at_once(*steps) == ["FactRefused", "done True"]
    assert query(subscription, "SELECT count(*) FROM customer WHERE name LIKE 'Wanted%%'") == [(ROUNDS,)]
    assert query(subscription, "SELECT count(*) FROM customer_alias") == [(ROUNDS,)]
    assert query(subscription, "SELECT count(*) FROM audit_event WHERE action = 'customer.renamed'") == [(ROUNDS,)]


def test_of_two_who_save_over_the_same_one_hears_of_the_other(subscription: Subscription, names: list[str]) -> None:
    ids = customer_ids(subscription)
    for name in names[:ROUNDS]:
        seen = CustomerFacts(name, "", "")
        steps = [saving(subscription, ids[name], seen, reference=text) for text in ("A", "B")]
        assert at_once(*steps) == [ChangedMeanwhile.__name__, "done True"]
    assert query(subscription, "SELECT count(*) FROM customer WHERE reference IN ('A', 'B')") == [(ROUNDS,)]


def test_the_same_form_at_once_changes_once(subscription: Subscription, names: list[str]) -> None:
    customer_id = customer_ids(subscription)[names[0]]
    step = saving(subscription, customer_id, CustomerFacts(names[0], "", ""), name="Renamed", notes="x")
    assert at_once(step, step, step) == ["done False", "done False", "done True"]

    def remove() -> None:
        with subscription_scope(subscription.id):
            unalias_customer(subscription, customer_id, names[0], actor=OPERATOR)

    assert at_once(remove, remove) == ["NotFound", "done None"]
    assert issubclass(ChangedMeanwhile, Refused)
