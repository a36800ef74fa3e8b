"""From names in a file to customers, organisations and products."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tests.bookkeeping import OPERATOR, counts, customer_ids, query, reported, revisions, usage
from tests.bookkeeping import take as take_into

from tallybook.database.scope import subscription_scope
from tallybook.errors import Refused
from tallybook.metering.naming import NameRefused, Names
from tallybook.metering.summary import Summary
from tallybook.subscriptions.customers import alias_customer, rename_customer
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.products import alias_product, create_product

Take = Callable[..., Summary]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("Anchor Ltd", "ANCHOR LTD", id="letter case"),
        pytest.param("Anchor Ltd", "  Anchor   Ltd ", id="blanks"),
        pytest.param("Großmann AG", "GROSSMANN AG", id="sharp s"),
        pytest.param("Café", "Cafe\u0301", id="composed and decomposed"),
        pytest.param("ΣΊΣΥΦΟΣ", "σίσυφος", id="final sigma"),
        pytest.param("Anchor Ltd", "Anchor\u00a0Ltd", id="no-break space"),
    ],
)
def test_two_spellings_are_one_customer(subscription: Subscription, take: Take, first: str, second: str) -> None:
    assert take([usage(customer=first)]).customers_created == 1
    later = take([usage(customer=second)])
    assert (counts(later), later.customers_created) == ((1, 0, 1, 0, 0), 0)
    assert list(customer_ids(subscription)) == [first]


def test_different_names_are_different_customers(subscription: Subscription, take: Take) -> None:
    assert take([usage(customer=name) for name in ("Anchor Ltd", "Anchor, Ltd", "Anchor Ltd.")]).customers_created == 3
    assert len(reported(subscription)) == 3


def test_no_new_customers_refuses_with_near_matches(subscription: Subscription, take: Take) -> None:
    take([usage(customer="Anchor Ltd")])
    rows = [usage(customer="Anker Ltd"), usage(customer="Zebra"), usage(customer="Anchor Ltd", object_name="Ben Crow")]
    summary = take(rows, new_customers=False)
    near, far = summary.refused
    assert counts(summary) == (3, 1, 0, 0, 2)
    assert (near.line, near.column, near.value) == (2, "Customer Name", "Anker Ltd")
    assert "Did you mean 'Anchor Ltd'?" in near.reason
    assert "--no-new-customers" in far.reason
    assert list(customer_ids(subscription)) == ["Anchor Ltd"]


def test_an_alias_and_a_former_name_find_the_customer(subscription: Subscription, take: Take) -> None:
    take([usage(customer="Anchor Ltd")])
    with subscription_scope(subscription.id):
        alias_customer(subscription, "Anchor Ltd", "Anchor Limited", actor=OPERATOR)
        rename_customer(subscription, "Anchor Ltd", "Anker GmbH", actor=OPERATOR)
    names = ["ANCHOR LIMITED", "Anchor Ltd", "anker gmbh"]
    summary = take([usage(customer=name, object_name=name) for name in names])
    assert (counts(summary), summary.customers_created) == ((3, 3, 0, 0, 0), 0)
    assert {row["Customer Name"] for row in reported(subscription)} == {"Anker GmbH"}


def test_products_go_by_name_and_alias_whatever_the_letter_case(subscription: Subscription, take: Take) -> None:
    own = f"Tape Backup {uuid4()}"
    create_product(own)
    alias_product(own, f"Tapes {own}")
    rows = [
        usage(product="vm backup", object_type="VM", object_name="web-1"),
        usage(product="Altaro VM Backup", object_type="VM", object_name="web-2"),
        usage(product=f"TAPES {own}", object_type="Tape", object_name="tape-1"),
    ]
    assert counts(take(rows)) == (3, 3, 0, 0, 0)
    assert [row["Product"] for row in reported(subscription)] == [own, "VM Backup", "VM Backup"]


def test_an_unknown_product_is_refused_with_near_matches(take: Take) -> None:
    near, far = take([usage(product="VM Bakup"), usage(product="Zzz")]).refused
    assert (near.column, near.value) == ("Product", "VM Bakup")
    assert "'VM Backup'" in near.reason
    assert "tallybook product" in near.reason
    assert "365 Total Backup" in far.reason


def test_an_id_of_another_customer_is_refused(subscription: Subscription, take: Take) -> None:
    take([usage(customer="Anchor Ltd"), usage(customer="Birch Ltd")])
    ids = customer_ids(subscription)
    summary = take(
        [
            usage(customer="Anchor Ltd", customer_id=ids["Birch Ltd"]),
            usage(customer="Cedar Ltd", customer_id=ids["Birch Ltd"]),
            usage(customer="Anchor Ltd", customer_id=f" {str(ids['Anchor Ltd']).upper()} "),
        ]
    )
    assert counts(summary) == (3, 0, 1, 0, 2)
    assert [(refusal.line, refusal.column) for refusal in summary.refused] == [(2, "Customer ID"), (3, "Customer ID")]
    assert all("'Birch Ltd'" in refusal.reason for refusal in summary.refused)
    assert set(customer_ids(subscription)) == {"Anchor Ltd", "Birch Ltd"}


def test_an_id_that_is_none_of_the_subscriptions_says_nothing(
    subscription: Subscription, other_subscription: Subscription, take: Take, tmp_path: Path
) -> None:
    take_into(other_subscription, [usage(customer="Birch Ltd")], tmp_path)
    foreign = customer_ids(other_subscription)["Birch Ltd"]
    summary = take([usage(customer="Anchor Ltd", customer_id=foreign), usage(customer="Elm Ltd", customer_id="C-17")])
    assert counts(summary) == (2, 2, 0, 0, 0)
    assert foreign not in customer_ids(subscription).values()
    assert set(customer_ids(subscription)) == {"Anchor Ltd", "Elm Ltd"}


def test_a_reference_is_set_once_and_kept(subscription: Subscription, take: Take) -> None:
    take([usage()])
    assert reported(subscription)[0]["Customer Reference"] == ""
    assert take([usage(customer_reference="007")]).notes == []
    assert reported(subscription)[0]["Customer Reference"] == "007"
    later = take([usage(customer_reference="008")])
    assert counts(later) == (1, 0, 1, 0, 0)
    assert later.notes == ["The file gives 'Anchor Ltd' the reference '008'; '007' was kept."]
    assert reported(subscription)[0]["Customer Reference"] == "007"


def test_a_reference_that_arrives_later_is_a_change_of_every_month(subscription: Subscription, take: Take) -> None:
    take([usage(month="2026-09"), usage(month="2026-10")])
    take([usage(month="2026-11", customer_reference="007")])
    assert {row["Customer Reference"] for row in reported(subscription)} == {"007"}
    assert revisions(subscription) == {"2026-09": 2, "2026-10": 2, "2026-11": 1}
    take([usage(month="2026-11", customer_reference="007")])
    assert revisions(subscription) == {"2026-09": 2, "2026-10": 2, "2026-11": 1}


@pytest.mark.parametrize("field", ["organisation", "customer_reference"])
def test_a_customer_all_of_whose_rows_are_refused_is_not_made(subscription: Subscription, take: Take, field: str) -> None:
    summary = take([usage(customer="Birch Ltd", **{field: "x" * 201})])
    assert (counts(summary), summary.customers_created) == ((1, 0, 0, 0, 1), 0)
    assert customer_ids(subscription) == {}


@pytest.mark.parametrize("name", ["Anchor\nLtd", "Anchor\r\nLtd", "Anchor\u2028Ltd", "Anchor\tLtd"])
def test_a_customers_name_on_two_lines_is_refused_as_it_is_where_it_is_typed(
    subscription: Subscription, take: Take, name: str
) -> None:
    # The customer is known: the order of the rows does not matter.
    summary = take([usage(customer="Anchor Ltd"), usage(customer=name), usage(customer=name, object_name="Ben Crow")])
    assert counts(summary) == (3, 1, 0, 0, 2)
    assert next((one.line, one.column, one.value) for one in summary.refused) == (3, "Customer Name", name)
    assert {one.reason for one in summary.refused} == {
        "A customer's name has no line breaks and no control characters. Write it on one line."
    }
    with subscription_scope(subscription.id), pytest.raises(Refused, match="has a line break or a control character"):
        rename_customer(subscription, "Anchor Ltd", f"Harbour {name}", actor=OPERATOR)
    assert list(customer_ids(subscription)) == ["Anchor Ltd"]


def test_an_objects_name_may_stand_on_two_lines(subscription: Subscription, take: Take) -> None:
    assert counts(take([usage(customer=" Anchor Ltd\n", object_name="DC9\nrack 2")])) == (1, 1, 0, 0, 0)
    assert [(row["Customer Name"], row["Object Name"]) for row in reported(subscription)] == [("Anchor Ltd", "DC9\nrack 2")]


def test_organisations_belong_to_their_customer(subscription: Subscription, take: Take) -> None:
    rows = [
        usage(organisation="Anchor.onmicrosoft.com"),
        usage(organisation="anchor.ONMICROSOFT.com", object_name="Ben Crow"),
        usage(customer="Birch Ltd", organisation="anchor.onmicrosoft.com"),
        usage(object_name="Cat Dove"),
    ]
    take(rows)
    found = query(subscription, "SELECT c.name, o.name FROM organisation o JOIN customer c ON c.id = o.customer_id ORDER BY 1")
    assert found == [("Anchor Ltd", "Anchor.onmicrosoft.com"), ("Birch Ltd", "anchor.onmicrosoft.com")]
    assert [row["Organisation"] for row in reported(subscription)] == [
        "Anchor.onmicrosoft.com",
        "Anchor.onmicrosoft.com",
        "",
        "anchor.onmicrosoft.com",
    ]
    assert counts(take(rows)) == (4, 0, 4, 0, 0)


def test_a_refusal_that_is_repeated_does_not_grow(subscription: Subscription) -> None:
    with subscription_scope(subscription.id):
        names = Names.load(subscription, allow_new=True)
    lengths = []
    for _ in range(50):
        with pytest.raises(NameRefused) as refused:
            names.product_id("Nothing Known")
        lengths.append(len(refused.traceback))
    assert len(lengths) == 50
    assert max(lengths) <= lengths[0]
