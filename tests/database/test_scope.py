"""Whose rows a transaction sees: set for its time, put back afterwards, and nobody's outside."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from tests.bookkeeping import usage

from tallybook.database.scope import operator_scope, person_scope, snapshot_scope, subscription_scope
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Customer, Subscription

SETTINGS = ("tallybook.subscription", "tallybook.person", "tallybook.operator")
ONE, OTHER = UUID(int=1), UUID(int=2)


def said() -> tuple[str, ...]:
    """The three settings as they stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in SETTINGS))
        return tuple(cursor.fetchone())


NOBODY = ("", "", "")


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    assert said() == NOBODY
    yield
    assert said() == NOBODY
    assert not connection.in_atomic_block


def test_a_scope_holds_inside_and_not_afterwards() -> None:
    with subscription_scope(ONE):
        assert said() == (str(ONE), "", "")
        assert connection.in_atomic_block
    assert said() == NOBODY


def test_nested_scopes_put_the_former_one_back() -> None:
    with subscription_scope(ONE):
        with subscription_scope(OTHER):
            assert said() == (str(OTHER), "", "")
        assert said() == (str(ONE), "", "")
        with operator_scope(), person_scope(OTHER):
            assert said() == (str(ONE), str(OTHER), "on")
        assert said() == (str(ONE), "", "")


@pytest.mark.parametrize(
    "scope",
    [lambda: subscription_scope(OTHER), lambda: person_scope(OTHER), operator_scope],
    ids=["subscription", "person", "operator"],
)
def test_an_error_inside_puts_the_former_one_back(scope: Callable[[], AbstractContextManager[None]]) -> None:
    with subscription_scope(ONE):
        with pytest.raises(ZeroDivisionError), scope():
            raise ZeroDivisionError
        assert said() == (str(ONE), "", "")
    with pytest.raises(ZeroDivisionError), scope():
        raise ZeroDivisionError


def test_a_failed_statement_inside_puts_the_former_one_back() -> None:
    with subscription_scope(ONE):
        with pytest.raises(Exception, match="division by zero"), subscription_scope(OTHER), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert said() == (str(ONE), "", "")


def test_a_setting_inside_a_savepoint_does_not_outlive_its_scope() -> None:
    with transaction.atomic():
        with subscription_scope(ONE):
            assert said()[0] == str(ONE)
        assert said() == NOBODY


def test_outside_of_scopes_there_are_no_rows(subscription: Subscription, take: Callable[..., Summary]) -> None:
    take([usage()])
    assert Customer.objects.count() == 0
    with transaction.atomic():
        assert Customer.objects.count() == 0
    with subscription_scope(uuid4()):
        assert Customer.objects.count() == 0
    with subscription_scope(subscription.id):
        assert Customer.objects.count() == 1


def test_a_snapshot_reads_one_state_and_writes_nothing(subscription: Subscription) -> None:
    with snapshot_scope(subscription.id), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
        assert cursor.fetchone() == ("repeatable read", "on")
        assert said()[0] == str(subscription.id)
    with pytest.raises(Exception, match="read-only transaction"), snapshot_scope(subscription.id):
        Customer.objects.create(subscription=subscription, name="Anchor Ltd", name_folded="anchor ltd")


def test_a_snapshot_is_outermost(subscription: Subscription) -> None:
    with (
        subscription_scope(subscription.id),
        pytest.raises(RuntimeError, match="outermost"),
        snapshot_scope(subscription.id),
    ):
        pass
    with pytest.raises(RuntimeError), transaction.atomic(), snapshot_scope(subscription.id):
        pass
