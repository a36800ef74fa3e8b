"""Objects month by month: counted once, kept with the revision, and counted again when the month has changed."""

import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from tests.bookkeeping import NOVEMBER, OCTOBER, OPERATOR, customer_ids, query, take, usage

from tallybook.database.scope import subscription_scope
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import rename_customer
from tallybook.subscriptions.models import Subscription
from tallybook.usage import history

Take = Callable[..., Summary]
SEPTEMBER = date(2026, 9, 1)
FAR = 10.0**12


@pytest.fixture
def filled(subscription: Subscription, take: Take) -> Subscription:
    """October: Anchor Ltd has a mailbox and a VM. November: it has two mailboxes, Zeta Oy has one."""
    vm = {"product": "VM Backup", "object_type": "VM", "object_name": "srv"}
    november = [usage(month="2026-11", object_name=name) for name in ("Ann", "Bob")]
    take([usage(), usage(**vm), *november, usage(month="2026-11", customer="Zeta Oy")])
    return subscription


def count(subscription: Subscription, until: float = FAR) -> None:
    history.count_objects(subscription.id, SEPTEMBER, NOVEMBER, until=until)


def by_product(subscription: Subscription) -> dict[date, dict[int, int]]:
    with subscription_scope(subscription.id):
        return history.objects_by_product(subscription.id, SEPTEMBER, NOVEMBER)


def test_what_is_not_counted_is_not_there(filled: Subscription) -> None:
    assert by_product(filled) == {}
    count(filled)
    assert by_product(filled) == {OCTOBER: {1: 1, 2: 1}, NOVEMBER: {2: 3}}


def test_one_month_is_counted_however_late_it_is_and_the_newest_first(filled: Subscription) -> None:
    count(filled, until=0)
    assert set(by_product(filled)) == {NOVEMBER}
    count(filled, until=0)
    assert set(by_product(filled)) == {OCTOBER, NOVEMBER}


def test_a_month_that_changed_is_counted_again(filled: Subscription, take: Take) -> None:
    count(filled)
    take([usage(object_name="Cem")])
    assert set(by_product(filled)) == {NOVEMBER}
    count(filled)
    assert by_product(filled)[OCTOBER] == {1: 1, 2: 2}
    with subscription_scope(filled.id):
        rename_customer(filled, "Anchor Ltd", "Anker", actor=OPERATOR)
    assert by_product(filled) == {}


def test_some_customers_are_told_apart(filled: Subscription) -> None:
    count(filled)
    ids = customer_ids(filled)
    anchor, zeta = ids["Anchor Ltd"], ids["Zeta Oy"]
    months = (SEPTEMBER, NOVEMBER)
    with subscription_scope(filled.id):
        everybody = history.objects_by_customer(filled.id, months, None, [zeta])
        only_zeta = history.objects_by_customer(filled.id, months, [zeta], [zeta])
        nobody = history.objects_by_customer(filled.id, months, [], [])
    assert everybody == {OCTOBER: {None: 2}, NOVEMBER: {None: 2, zeta: 1}}
    # The month is counted, and the customer has nothing in it.
    assert only_zeta == {OCTOBER: {None: 0}, NOVEMBER: {zeta: 1}}
    assert nobody == {OCTOBER: {None: 0}, NOVEMBER: {None: 0}}
    assert anchor not in everybody[OCTOBER]


def test_another_subscription_has_its_own_counts(
    filled: Subscription, other_subscription: Subscription, tmp_path: Path
) -> None:
    take(other_subscription, [usage(object_name="Elsewhere")], tmp_path)
    count(filled)
    count(other_subscription)
    assert by_product(other_subscription) == {OCTOBER: {2: 1}}
    with subscription_scope(other_subscription.id):
        assert history.objects_by_product(filled.id, SEPTEMBER, NOVEMBER) == {}


def test_a_month_that_lost_its_last_object_is_counted_as_none(filled: Subscription, take: Take) -> None:
    count(filled)
    take([usage(month="2026-11", customer="Zeta Oy", object_name="Last")], replace=True)
    count(filled)
    kept = query(filled, "SELECT month, revision, cardinality(customer_ids) FROM counted_usage ORDER BY month")
    stands = query(filled, "SELECT month, number FROM revision ORDER BY month")
    assert [(month, revision) for month, revision, _ in kept] == stands


def test_two_who_count_at_once_keep_one_count(filled: Subscription) -> None:
    errors: list[BaseException] = []
    gate = threading.Barrier(4)

    def counting() -> None:
        try:
            gate.wait()
            count(filled)
        except BaseException as error:  # noqa: BLE001 - told by the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=counting) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert by_product(filled) == {OCTOBER: {1: 1, 2: 1}, NOVEMBER: {2: 3}}
    assert query(filled, "SELECT count(*) FROM counted_usage") == [(2,)]


def test_an_older_count_never_takes_the_place_of_a_newer_one(filled: Subscription) -> None:
    count(filled)
    query(filled, "UPDATE counted_usage SET revision = revision + 1 RETURNING 1")
    count(filled)
    assert by_product(filled) == {}
    assert time.monotonic() < FAR
