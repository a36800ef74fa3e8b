"""A revision is raised by what changes a report of its month, and by nothing else."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from tests.bookkeeping import NOVEMBER, OCTOBER, OPERATOR, revisions, usage

from tallybook.database.scope import subscription_scope
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import alias_customer, rename_customer
from tallybook.subscriptions.models import LedgerVersion, Subscription
from tallybook.subscriptions.revisions import last_changed_at, raise_revisions

Take = Callable[..., Summary]


def version(subscription: Subscription) -> UUID | None:
    """As the endpoint reads it, which does not know the subscription yet."""
    return LedgerVersion.objects.filter(subscription_id=subscription.id).values_list("version", flat=True).first()


def test_an_import_raises_the_months_it_changes(subscription: Subscription, take: Take) -> None:
    take([usage(month="2026-09"), usage(month="2026-10")])
    assert revisions(subscription) == {"2026-09": 1, "2026-10": 1}
    take([usage(month="2026-09"), usage(month="2026-10", plan="Gold"), usage(month="2026-11")])
    assert revisions(subscription) == {"2026-09": 1, "2026-10": 2, "2026-11": 1}


def test_an_import_that_changes_nothing_raises_nothing(subscription: Subscription, take: Take) -> None:
    take([usage()])
    for options in ({}, {"atomic": True}, {"replace": True}):
        take([usage()], **options)
    take([usage(plan="Gold")], dry_run=True)
    take([usage(object_name="Ben Crow", protected_bytes=-1)])
    assert revisions(subscription) == {"2026-10": 1}


def test_replacing_raises_the_months_that_lose_something(subscription: Subscription, take: Take) -> None:
    take([usage(), usage(object_name="Ben Crow"), usage(month="2026-09")])
    take([usage()], replace=True)
    assert revisions(subscription) == {"2026-09": 1, "2026-10": 2}


def test_a_new_name_raises_all_months_and_an_alias_none(subscription: Subscription, take: Take) -> None:
    take([usage(month="2026-09"), usage(month="2026-10", customer="Birch Ltd")])
    with subscription_scope(subscription.id):
        alias_customer(subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
    assert revisions(subscription) == {"2026-09": 1, "2026-10": 1}
    with subscription_scope(subscription.id):
        rename_customer(subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
    assert revisions(subscription) == {"2026-09": 2, "2026-10": 2}


def test_the_last_change_of_a_range_is_that_of_its_months(subscription: Subscription, take: Take) -> None:
    take([usage(month="2026-10")])
    take([usage(month="2026-11")])
    with subscription_scope(subscription.id):
        october = last_changed_at(subscription.id, OCTOBER, OCTOBER)
        november = last_changed_at(subscription.id, NOVEMBER, NOVEMBER)
        assert october is not None
        assert november is not None
        assert timedelta(0) < november - october
        assert last_changed_at(subscription.id, OCTOBER, NOVEMBER) == november
        assert last_changed_at(subscription.id, NOVEMBER + timedelta(40), NOVEMBER + timedelta(80)) is None
        raise_revisions(subscription.id, [OCTOBER])
        again = last_changed_at(subscription.id, OCTOBER, NOVEMBER)
        assert again is not None
        assert again > november


def test_no_months_raise_nothing(subscription: Subscription) -> None:
    with subscription_scope(subscription.id):
        raise_revisions(subscription.id, [])
    assert revisions(subscription) == {}
    assert version(subscription) is None


def test_the_version_is_another_whenever_a_revision_is_raised(
    subscription: Subscription, other_subscription: Subscription, take: Take
) -> None:
    take([usage()])
    versions = [version(subscription)]
    for raised in ([usage(plan="Gold")], [usage(month="2026-11")], [usage(month="2026-09"), usage(plan="Silver")]):
        take(raised)
        versions.append(version(subscription))
    with subscription_scope(subscription.id):
        rename_customer(subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
    versions.append(version(subscription))
    assert None not in versions
    assert len(set(versions)) == len(versions)
    take([usage(plan="Silver", customer="Anker GmbH")])
    with subscription_scope(other_subscription.id):
        raise_revisions(other_subscription.id, [OCTOBER])
    assert version(subscription) == versions[-1] != version(other_subscription)
