"""Changing what is written down about a customer, by whom, and when two do it at once."""

import pytest
from django.test import Client
from tests.bookkeeping import OPERATOR, customer_ids, ledger, query
from tests.console.cast import Browse, Months, markup, words
from tests.console.customer_cast import (
    ANCHOR,
    HOSTILE,
    client,
    customer_address,
    customers_address,
    months,
    written,
)

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.customer_facts import CustomerFacts, set_notes, set_reference
from tallybook.subscriptions.customers import alias_customer, customer_aliases
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import grant_role

__all__ = ["client", "months"]


def facts(subscription: Subscription, customer_id: object) -> CustomerFacts:
    statement = "SELECT name, reference, notes FROM customer WHERE id = %s"
    return CustomerFacts(*query(subscription, statement, str(customer_id))[0])


def form(seen: CustomerFacts, **changes: str) -> dict[str, str]:
    """What a browser sends of the form that was opened on these facts."""
    return {f"seen_{fact}": text for fact, text in seen._asdict().items()} | seen._asdict() | changes


def test_a_viewer_sees_and_changes_nothing(browse: Browse, viewer: User, subscription: Subscription, months: Months) -> None:
    assert months.previous
    written(subscription, alias_customer, ANCHOR, "Anker GmbH")
    client, before = browse(viewer), ledger(subscription)
    said = words(client.get(customer_address(subscription)))
    assert "Anker GmbH" in said
    for absent in ("Edit", "Add alias", "Remove", "Last changes"):
        assert absent not in said
    for rest in ("edit/", "aliases/remove/?alias=Anker+GmbH"):
        assert client.get(customer_address(subscription, rest=rest)).status_code == 403
    seen = CustomerFacts(ANCHOR, "", "")
    for rest, sent in (
        ("edit/", form(seen, name="Stolen")),
        ("aliases/add", {"alias": "x"}),
        ("aliases/remove/", {"alias": "Anker GmbH"}),
    ):
        assert client.post(customer_address(subscription, rest=rest), sent).status_code == 403
    assert ledger(subscription) == before


def test_a_billing_clerk_changes_a_customer(browse: Browse, viewer: User, subscription: Subscription, months: Months) -> None:
    assert months.previous
    grant_role(subscription, viewer, Role.BILLING, actor=OPERATOR)
    client, anchor = browse(viewer), customer_ids(subscription)[ANCHOR]
    sent = form(CustomerFacts(ANCHOR, "", ""), name=" Anker GmbH ", reference="A-17", notes="one\r\ntwo")
    response = client.post(customer_address(subscription, rest="edit/"), sent, follow=True)
    assert facts(subscription, anchor) == CustomerFacts("Anker GmbH", "A-17", "one\ntwo")
    assert "Files that use the former name go on to find this customer." in words(response)
    again = client.post(customers_address(subscription, f"{anchor}/edit/"), sent, follow=True)
    assert "Nothing was changed." in words(again)
    ((actor,),) = query(
        subscription,
        "SELECT DISTINCT d.actor_name FROM audit_event e JOIN audit_detail d USING (subscription_id, number) "
        "WHERE subject_id = %s",
        str(anchor),
    )
    assert actor == viewer.email


def test_who_saves_second_sees_both_and_may_save_again(client: Client, subscription: Subscription) -> None:
    anchor, seen = customer_ids(subscription)[ANCHOR], CustomerFacts(ANCHOR, "", "first\nnotes")
    written(subscription, set_notes, ANCHOR, seen.notes)
    address = customer_address(subscription, rest="edit/")
    written(subscription, set_reference, ANCHOR, "<theirs>")
    response = client.post(address, form(seen, reference="mine", notes="first\r\nnotes\r\nmore"))
    assert response.status_code == 409
    assert facts(subscription, anchor).reference == "<theirs>"
    page = response.content.decode()
    assert "Somebody changed this customer while you had it open" in page
    assert '<div class="notes">&lt;theirs&gt;</div>' in page
    assert 'value="mine"' in page
    assert "first\nnotes\nmore</textarea>" in page
    assert 'name="seen_reference" value="&lt;theirs&gt;"' in markup(response)
    now = seen._replace(reference="<theirs>")
    assert client.post(address, form(now, reference="mine")).status_code == 302
    assert facts(subscription, anchor) == seen._replace(reference="mine")


@pytest.mark.parametrize(
    ("fact", "text", "problem"),
    [
        ("name", HOSTILE.upper(), "is a name of the customer"),
        ("name", "  ", "The name of the customer is empty"),
        ("name", "x" * 201, "has 201 characters"),
        ("name", "a\0b", "control character"),
        ("reference", "x" * 201, "has 201 characters"),
        ("notes", "x" * 4001, "Use 4,000 or fewer"),
    ],
)
def test_what_cannot_be_saved_is_said_at_the_field(
    client: Client, subscription: Subscription, fact: str, text: str, problem: str
) -> None:
    before, seen = ledger(subscription), CustomerFacts(ANCHOR, "", "")
    other = "reference" if fact == "notes" else "notes"
    response = client.post(customer_address(subscription, rest="edit/"), form(seen, **{fact: text, other: "kept"}))
    assert response.status_code == 400
    assert problem in words(response)
    assert f'id="{fact}-error"' in response.content.decode()
    assert "kept" in response.content.decode()
    assert ledger(subscription) == before


def test_an_alias_is_added_and_removed(client: Client, subscription: Subscription) -> None:
    added = client.post(customer_address(subscription, rest="aliases/add"), {"alias": "50% & <b>"}, follow=True)
    assert "The alias is added" in words(added)
    assert "aliases/remove/?alias=50%25%20%26%20%3Cb%3E" in added.content.decode()
    remove = customer_address(subscription, rest="aliases/remove/")
    asked = client.get(remove, {"alias": "50% & <b>"})
    assert "makes a new customer of that name" in words(asked)
    assert "50% &amp; &lt;b&gt;" in asked.content.decode()
    assert "The alias is removed." in words(client.post(remove, {"alias": "50% & <b>"}, follow=True))
    assert "There is no such alias any more" in words(client.post(remove, {"alias": "50% & <b>"}, follow=True))
    assert client.get(remove, {"alias": "50% & <b>"}).status_code == 404
    with subscription_scope(subscription.id):
        assert customer_aliases(subscription) == {}


@pytest.mark.parametrize("alias", ["", HOSTILE, "a\nb", "a\0b", "x" * 201])
def test_an_alias_that_cannot_be_added_is_said(client: Client, subscription: Subscription, alias: str) -> None:
    before = ledger(subscription)
    response = client.post(customer_address(subscription, rest="aliases/add"), {"alias": alias})
    assert response.status_code == 400
    assert 'id="alias-error"' in response.content.decode()
    assert ledger(subscription) == before


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("rest", ["edit/", "aliases/add", "aliases/remove/"])
def test_a_foreign_customer_is_not_changed(
    browse: Browse, stranger: User, subscription: Subscription, other_subscription: Subscription, rest: str
) -> None:
    before, client = ledger(subscription), browse(stranger)
    sent = form(CustomerFacts(ANCHOR, "", ""), name="Stolen", alias="Stolen")
    for one in (subscription, other_subscription):
        answer = client.post(customers_address(one, f"{customer_ids(subscription)[ANCHOR]}/{rest}"), sent)
        # An alias that is not there was removed by somebody; that of somebody else's customer too is not there.
        assert answer.status_code == 404
    assert ledger(subscription) == before
