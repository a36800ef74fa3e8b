"""Generation A names objects and workloads, generation B billed entities: they never stand side by side unasked."""

from collections.abc import Callable

from tests.bookkeeping import counts, entries, ledger, reported, usage

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]

A = [usage(object_name="Ann Bell"), usage(object_name="Ann Bell", object_type="OneDrive")]
B = [usage(object_name="Ann Bell", object_type="M365 User", invoice="Billable")]


def types(subscription: Subscription) -> list[str]:
    return [row["Object Type Backed Up"] for row in reported(subscription)]


def test_generation_b_is_refused_where_a_stands(subscription: Subscription, take: Take) -> None:
    take(A)
    before = ledger(subscription)["usage_item"]
    later = take(B)
    (refusal,) = later.refused
    assert counts(later) == (1, 0, 0, 0, 1)
    assert (refusal.line, refusal.column, refusal.value) == (2, "Invoice", "Billable")
    assert "unlike what is in the ledger" in refusal.reason
    assert "--replace" in refusal.reason
    assert ledger(subscription)["usage_item"] == before


def test_generation_a_is_refused_where_b_stands(subscription: Subscription, take: Take) -> None:
    take(B)
    later = take(A)
    assert counts(later) == (2, 0, 0, 0, 2)
    assert all("does not say Billable or Free" in refusal.reason for refusal in later.refused)
    assert types(subscription) == ["M365 User"]


def test_replace_puts_b_in_the_place_of_a_and_a_back(subscription: Subscription, take: Take) -> None:
    take(A)
    as_a = reported(subscription)
    forth = take(B, replace=True)
    assert (counts(forth), forth.removed) == ((1, 1, 0, 0, 0), 2)
    assert types(subscription) == ["M365 User"]
    back = take(A, replace=True)
    assert (counts(back), back.removed) == ((2, 2, 0, 0, 0), 1)
    assert reported(subscription) == as_a
    assert [entry[3] for entry in entries(subscription)] == [2, 2, 3, None, None]


def test_another_customer_month_or_product_may_be_of_the_other_generation(subscription: Subscription, take: Take) -> None:
    take(A)
    others = [
        usage(invoice="Free", customer="Birch Ltd"),
        usage(invoice="Free", month="2026-09"),
        usage(invoice="Free", product="EndPoint Backup"),
    ]
    assert counts(take(others)) == (3, 3, 0, 0, 0)
    assert len(reported(subscription)) == 5


def test_a_file_of_both_kinds_keeps_the_kind_of_its_first_row(subscription: Subscription, take: Take) -> None:
    mixed = take([*B, *A, usage(object_name="Ben Crow", object_type="M365 User", invoice="Free")])
    assert counts(mixed) == (4, 2, 0, 0, 2)
    assert [(refusal.line, refusal.column) for refusal in mixed.refused] == [(3, "Invoice"), (4, "Invoice")]
    assert all("unlike earlier rows" in refusal.reason for refusal in mixed.refused)
    assert set(types(subscription)) == {"M365 User"}


def test_a_mixed_file_replaces_nothing(subscription: Subscription, take: Take) -> None:
    take(A)
    before = ledger(subscription)
    mixed = take([*B, *A], replace=True)
    assert (len(mixed.refused), mixed.imported) == (2, False)
    assert ledger(subscription) == before
