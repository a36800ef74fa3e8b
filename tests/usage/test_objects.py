"""The objects of a month as people look through them, one object through its months, and finding objects."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from tests.bookkeeping import OCTOBER, customer_ids, query, usage

from tallybook.database.scope import subscription_scope
from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription
from tallybook.usage.finding import FoundObjects, find_objects
from tallybook.usage.object_months import object_entries, object_months
from tallybook.usage.objects import Wanted, can_occur, kinds_of_month, list_objects, total_objects
from tallybook.usage.summary import months_with_usage

Take = Callable[..., Summary]
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def filled(subscription: Subscription, take: Take) -> Subscription:
    """Two customers; names with everything that a pattern would stumble over."""
    take(
        [
            usage(object_name="Ann Bell", object_details="ann@a.example", organisation="a.example", protected_bytes=5),
            usage(object_name="50% o_f", object_type="OneDrive", object_id="AB-7", stored_bytes=9),
            usage(object_name="STRASSE", object_details="https://a.example/Sites/X", last_backup="2026-10-03T04:05:06Z"),
            usage(object_name="srv", customer="Birch Ltd", product="VM Backup", object_type="VM"),
            usage(object_name="Ann Bell", month="2026-09", object_details="ann@a.example", organisation="a.example"),
            usage(object_name="Old One", month="2026-09"),
        ]
    )
    return subscription


def listed(subscription: Subscription, sort: str = "name", **wanted: object) -> list[str]:
    choice = Wanted(**({"month": OCTOBER} | wanted))  # type: ignore[arg-type]
    with subscription_scope(subscription.id):
        found = list_objects(subscription.id, choice, sort, most=50)
        assert total_objects(subscription.id, choice).objects == len(found)
    return [one.name for one in found]


def found(subscription: Subscription, text: str, **bounds: int) -> FoundObjects:
    with subscription_scope(subscription.id):
        return find_objects(subscription.id, text, months_with_usage(subscription.id), **({"most": 20} | bounds))


def names(result: FoundObjects) -> list[str]:
    return [one.name for one in result.objects]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["50% o_f", "Ann Bell", "srv", "STRASSE"]),
        ("-name", ["STRASSE", "srv", "Ann Bell", "50% o_f"]),
        ("customer", ["50% o_f", "Ann Bell", "STRASSE", "srv"]),
        ("-type", ["srv", "50% o_f", "Ann Bell", "STRASSE"]),
        ("-protected", ["Ann Bell", "50% o_f", "srv", "STRASSE"]),
        ("stored", ["50% o_f", "Ann Bell", "srv", "STRASSE"]),
        ("-last", ["STRASSE", "50% o_f", "Ann Bell", "srv"]),
        ("nonsense; DROP TABLE entry", ["50% o_f", "Ann Bell", "srv", "STRASSE"]),
    ],
)
def test_a_month_is_sorted(filled: Subscription, sort: str, expected: list[str]) -> None:
    assert listed(filled, sort) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann", ["Ann Bell"]),
        ("ANN@A.EXAMPLE", ["Ann Bell"]),
        ("straße", ["STRASSE"]),
        ("Sites/X", ["STRASSE"]),
        ("AB-7", ["50% o_f"]),
        ("b-7", []),
        ("%", ["50% o_f"]),
        ("_", ["50% o_f"]),
        ("'", []),
        ("\\", []),
        ("  ", ["50% o_f", "Ann Bell", "srv", "STRASSE"]),
    ],
)
def test_a_text_is_looked_for_as_it_is(filled: Subscription, text: str, expected: list[str]) -> None:
    assert listed(filled, text=text) == expected
    if text.strip():
        assert sorted(names(found(filled, text))) == sorted(expected)


def test_a_month_is_narrowed(filled: Subscription) -> None:
    birch = customer_ids(filled)["Birch Ltd"]
    with subscription_scope(filled.id):
        everything = kinds_of_month(filled.id, OCTOBER, None)
        of_anchor = kinds_of_month(filled.id, OCTOBER, customer_ids(filled)["Anchor Ltd"])
    assert [name for _, name in everything.products] == ["VM Backup", "365 Total Backup"]
    assert (everything.types, everything.organisations) == (["Mailbox", "OneDrive", "VM"], [])
    ((organisation, name),) = of_anchor.organisations
    assert (of_anchor.types, name) == (["Mailbox", "OneDrive"], "a.example")
    assert listed(filled, customer_id=birch) == ["srv"]
    assert listed(filled, organisation_id=organisation) == ["Ann Bell"]
    assert listed(filled, object_type="OneDrive") == ["50% o_f"]
    assert listed(filled, product_id=everything.products[0][0]) == ["srv"]
    assert listed(filled, product_id=0) == []


def test_pages_repeat_nothing(subscription: Subscription, take: Take) -> None:
    take([usage(object_name="same", object_id=str(number)) for number in range(7)])
    with subscription_scope(subscription.id):
        pages = [list_objects(subscription.id, Wanted(month=OCTOBER), most=3, skipped=skipped) for skipped in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({one.object_key for page in pages for one in page}) == 7


def test_an_object_is_found_once_by_its_newest_month(filled: Subscription) -> None:
    result = found(filled, "a")
    assert [(one.name, one.month) for one in result.objects] == [
        ("Ann Bell", OCTOBER),
        ("STRASSE", OCTOBER),
    ]
    assert [(one.name, one.month) for one in found(filled, "old").objects] == [("Old One", SEPTEMBER)]
    assert (result.has_more, result.not_before) == (False, None)


def test_no_more_is_found_than_wanted(filled: Subscription) -> None:
    result = found(filled, "e", most=1)
    assert len(result.objects) == 1
    assert result.has_more


def test_what_was_not_looked_at_is_said(filled: Subscription) -> None:
    assert found(filled, "old", looked_at=6).not_before is None
    newest = found(filled, "old", looked_at=4)
    assert (names(newest), newest.not_before, newest.is_part) == ([], OCTOBER, False)
    # Not even of the newest month everything was looked at.
    part = found(filled, "old", looked_at=2)
    assert (part.not_before, part.is_part) == (OCTOBER, True)
    assert found(filled, "old", looked_at=5).not_before == OCTOBER


@pytest.mark.parametrize("text", ["", "   ", "\0", "a\0b", "x" * 10_000])
def test_what_cannot_occur_is_not_looked_for(filled: Subscription, text: str) -> None:
    assert found(filled, text) == ([], False, None, False)
    assert can_occur(text) == (not text.strip())


def key_of(subscription: Subscription, name: str) -> tuple[UUID, UUID]:
    ((customer_id, object_key),) = query(
        subscription, "SELECT DISTINCT customer_id, object_key FROM usage_item WHERE object_name = %s", name
    )
    return customer_id, object_key


def test_every_value_says_where_it_comes_from(subscription: Subscription, take: Take) -> None:
    take([usage(month="2026-09"), usage(object_name="Bob"), usage(protected_bytes=1)])
    take([usage(protected_bytes=2)])
    customer_id, object_key = key_of(subscription, "Ann Bell")
    with subscription_scope(subscription.id):
        months = months_with_usage(subscription.id)
        items = object_months(subscription.id, customer_id, object_key, months)
        entries = object_entries(subscription.id, customer_id, object_key, months, most=50)
        newest = object_entries(subscription.id, customer_id, object_key, months, most=1)
    assert [(one.month, one.protected_bytes) for one in items] == [(OCTOBER, 2), (SEPTEMBER, None)]
    assert [(said.month, said.import_number, said.line, said.protected_bytes, said.retired_by) for said in entries] == [
        (OCTOBER, 2, 2, 2, None),
        (OCTOBER, 1, 4, 1, 2),
        (SEPTEMBER, 1, 2, None, None),
    ]
    assert all(said.file_name.endswith(".csv") for said in entries)
    assert newest == entries[:1]
