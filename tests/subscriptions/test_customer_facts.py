"""What people write down about a customer, and what two of them who save at once hear."""

from collections.abc import Callable, Iterator

import pytest
from tests.bookkeeping import OPERATOR, customer_ids, ledger, query, reported, revisions, usage

from tallybook.database.scope import subscription_scope
from tallybook.errors import NotFound, Refused
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customer_facts import (
    ChangedMeanwhile,
    CustomerFacts,
    FactRefused,
    change_customer,
    facts_of,
    set_notes,
    set_reference,
)
from tallybook.subscriptions.customers import alias_customer, customer_by_id, find_customers, unalias_customer
from tallybook.subscriptions.models import NOTES_CHARACTERS, Subscription

Take = Callable[..., Summary]
SEEN = CustomerFacts("Anchor Ltd", "", "")


@pytest.fixture
def inside(subscription: Subscription, take: Take) -> Iterator[Subscription]:
    """The scope of a subscription with two customers and two months."""
    take([usage(customer="Anchor Ltd"), usage(customer="Birch Ltd", month="2026-09")])
    with subscription_scope(subscription.id):
        yield subscription


def facts(subscription: Subscription, name: str = "Anchor Ltd") -> CustomerFacts:
    (customer,) = find_customers(subscription, [name])
    return facts_of(customer)


def events(subscription: Subscription) -> list[tuple[object, ...]]:
    """Action, before and after of what was done to customers, in order."""
    return query(
        subscription,
        "SELECT e.action, d.before::text, d.after::text FROM audit_event e JOIN audit_detail d USING (subscription_id, number) "
        "WHERE e.subject_kind = 'customer' ORDER BY e.number",
    )


def test_a_reference_stands_in_the_reports_of_all_months(inside: Subscription) -> None:
    set_reference(inside, "anchor ltd", "  A-17 ", actor=OPERATOR)
    assert facts(inside).reference == "A-17"
    assert revisions(inside) == {"2026-09": 2, "2026-10": 2}
    assert events(inside) == [("customer.reference-changed", '{"reference": ""}', '{"reference": "A-17"}')]


def test_a_reported_reference_is_the_new_one(subscription: Subscription, take: Take) -> None:
    take([usage(customer_reference="old")])
    with subscription_scope(subscription.id):
        set_reference(subscription, "Anchor Ltd", "new", actor=OPERATOR)
    assert [row["Customer Reference"] for row in reported(subscription)] == ["new"]


def test_notes_stand_in_no_report(inside: Subscription) -> None:
    set_notes(inside, "Anchor Ltd", " Calls on Fridays.\r\nAsk for Åsa. ", actor=OPERATOR)
    assert facts(inside).notes == "Calls on Fridays.\nAsk for Åsa."
    assert revisions(inside) == {"2026-09": 1, "2026-10": 1}
    assert [action for action, *_ in events(inside)] == ["customer.notes-changed"]


@pytest.mark.parametrize("change", [set_reference, set_notes])
def test_the_same_again_changes_nothing(inside: Subscription, change: Callable[..., object]) -> None:
    change(inside, "Anchor Ltd", "same", actor=OPERATOR)
    before = ledger(inside)
    change(inside, "Anchor Ltd", " same ", actor=OPERATOR)
    assert ledger(inside) == before
    change(inside, "Anchor Ltd", "", actor=OPERATOR)
    assert facts(inside) == SEEN


@pytest.mark.parametrize(
    ("change", "text", "words"),
    [
        (set_reference, "x" * 201, "has 201 characters"),
        (set_reference, "a\nb", "line break"),
        (set_reference, "a\0b", "control character"),
        (set_notes, "x" * (NOTES_CHARACTERS + 1), "Use 4,000 or fewer"),
        (set_notes, "a\0b", "control character"),
    ],
)
def test_what_cannot_be_taken_is_refused(inside: Subscription, change: Callable[..., object], text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        change(inside, "Anchor Ltd", text, actor=OPERATOR)
    assert facts(inside) == SEEN


def test_a_form_changes_what_differs_from_what_was_seen(inside: Subscription) -> None:
    anchor = customer_ids(inside)["Anchor Ltd"]
    assert change_customer(inside, anchor, SEEN, CustomerFacts("Anker GmbH", "A-17", "x\n\ty"), actor=OPERATOR)
    assert facts(inside, "Anchor Ltd") == CustomerFacts("Anker GmbH", "A-17", "x\n\ty")
    actions = ["customer.reference-changed", "customer.notes-changed", "customer.renamed"]
    assert [action for action, *_ in events(inside)] == actions


def test_the_same_form_twice_changes_once(inside: Subscription) -> None:
    wanted = CustomerFacts("Anker GmbH", "A-17", "note")
    assert change_customer(inside, customer_ids(inside)["Anchor Ltd"], SEEN, wanted, actor=OPERATOR)
    before = ledger(inside)
    assert not change_customer(inside, customer_ids(inside)["Anker GmbH"], SEEN, wanted, actor=OPERATOR)
    assert ledger(inside) == before


def test_who_saves_second_hears_what_stands_there(inside: Subscription) -> None:
    anchor = customer_ids(inside)["Anchor Ltd"]
    assert change_customer(inside, anchor, SEEN, SEEN._replace(reference="A-17"), actor=OPERATOR)
    with pytest.raises(ChangedMeanwhile) as changed:
        change_customer(inside, anchor, SEEN, SEEN._replace(reference="A-18", notes="note"), actor=OPERATOR)
    assert changed.value.now == facts(inside) == SEEN._replace(reference="A-17")
    # Over what stands there now it is saved.
    assert change_customer(inside, anchor, changed.value.now, SEEN._replace(reference="A-18"), actor=OPERATOR)
    assert facts(inside).reference == "A-18"


def test_what_only_one_has_touched_is_saved_beside_the_others(inside: Subscription) -> None:
    anchor = customer_ids(inside)["Anchor Ltd"]
    assert change_customer(inside, anchor, SEEN, SEEN._replace(reference="A-17"), actor=OPERATOR)
    assert change_customer(inside, anchor, SEEN, SEEN._replace(notes="note"), actor=OPERATOR)
    assert facts(inside) == CustomerFacts("Anchor Ltd", "A-17", "note")


@pytest.mark.parametrize(
    ("fact", "text"), [("name", "BIRCH ltd"), ("name", " "), ("name", "x" * 201), ("reference", "a\nb"), ("notes", "\x07")]
)
def test_of_a_form_everything_is_saved_or_nothing(inside: Subscription, fact: str, text: str) -> None:
    before = ledger(inside)
    wanted = CustomerFacts("Anker GmbH", "A-17", "note")._replace(**{fact: text})
    with pytest.raises(FactRefused) as refused:
        change_customer(inside, customer_ids(inside)["Anchor Ltd"], SEEN, wanted, actor=OPERATOR)
    assert refused.value.fact == fact
    assert ledger(inside) == before


def test_without_an_alias_a_file_makes_a_new_customer(subscription: Subscription, take: Take) -> None:
    take([usage()])
    with subscription_scope(subscription.id):
        alias_customer(subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
        assert unalias_customer(subscription, "Anchor Ltd", "ANKER gmbh", actor=OPERATOR).name == "Anchor Ltd"
    assert take([usage(customer="Anker GmbH")]).customers_created == 1
    assert [(action, before) for action, before, _ in events(subscription)] == [
        ("customer.aliased", None),
        ("customer.unaliased", '{"alias": "Anker GmbH"}'),
    ]


@pytest.mark.parametrize("alias", ["Birch Ltd", "Anchor Ltd", "Birke AG", ""])
def test_what_is_no_alias_of_it_is_not_removed(inside: Subscription, alias: str) -> None:
    alias_customer(inside, "Birch Ltd", "Birke AG", actor=OPERATOR)
    before = ledger(inside)
    with pytest.raises(NotFound, match="is no alias of the customer 'Anchor Ltd'"):
        unalias_customer(inside, "Anchor Ltd", alias, actor=OPERATOR)
    assert ledger(inside) == before


def test_a_customer_of_another_subscription_is_not_there(inside: Subscription, other_subscription: Subscription) -> None:
    anchor = customer_ids(inside)["Anchor Ltd"]
    with subscription_scope(other_subscription.id):
        for change in (set_reference, set_notes, alias_customer, unalias_customer):
            with pytest.raises(NotFound, match="no such customer"):
                change(other_subscription, anchor, "x", actor=OPERATOR)
    with subscription_scope(inside.id):
        assert facts_of(customer_by_id(inside, anchor)) == SEEN
