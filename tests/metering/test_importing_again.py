"""What the same file, and a later one, do to what is in the ledger (DESIGN: Importing again)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bookkeeping import counts, entries, ledger, new_subscription, reported, revisions, usage
from tests.bookkeeping import take as take_into

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]

ANN = usage(object_name="Ann Bell", protected_bytes=100)
BEN = usage(object_name="Ben Crow", protected_bytes=200)


def test_the_same_file_again_changes_no_item_no_entry_and_no_revision(subscription: Subscription, take: Take) -> None:
    assert counts(take([ANN, BEN])) == (2, 2, 0, 0, 0)
    before = ledger(subscription)
    again = take([ANN, BEN])
    after = ledger(subscription)
    assert counts(again) == (2, 0, 2, 0, 0)
    assert (list(again.changes), list(again.missing)) == ([], [])
    for table in ("usage_import", "import_reach", "audit_event", "audit_detail"):
        assert len(after.pop(table)) == len(before.pop(table)) + 1
    assert after == before


def test_the_same_rows_in_another_order_are_existing(subscription: Subscription, take: Take) -> None:
    take([ANN, BEN])
    former = revisions(subscription)
    assert counts(take([BEN, ANN])) == (2, 0, 2, 0, 0)
    assert revisions(subscription) == former == {"2026-10": 1}


def test_a_later_file_wins_where_it_gives_a_value_and_leaves_the_others(subscription: Subscription, take: Take) -> None:
    take([usage(plan="Gold", licence="E3", protected_bytes=100, stored_bytes=40)])
    later = take([usage(plan="", licence="E5", protected_bytes=90)])
    (row,) = reported(subscription)
    assert counts(later) == (1, 0, 0, 1, 0)
    assert (row["Plan"], row["Licence"]) == ("Gold", "E5")
    assert (row["Protected Size (Bytes)"], row["Stored Size (Bytes)"]) == ("90", "40")
    assert revisions(subscription) == {"2026-10": 2}


FIRST = {
    "object_details": "ann@anchor.example",
    "plan": "Gold",
    "licence": "E3",
    "deleted": "No",
    "days_backed_up": "20",
    "first_backup": "2026-10-02T08:00:00Z",
    "last_backup": "2026-10-30T08:00:00Z",
    "protected_bytes": "100",
    "stored_bytes": "50",
}
SECOND = {
    "object_details": "bell@anchor.example",
    "plan": "Silver",
    "licence": "E5",
    "deleted": "Yes",
    "days_backed_up": "21",
    "first_backup": "2026-10-01T08:00:00Z",
    "last_backup": "2026-10-31T08:00:00Z",
    "protected_bytes": "101",
    "stored_bytes": "49",
}
TITLES = {
    "object_details": "Object Details",
    "plan": "Plan",
    "licence": "Licence",
    "deleted": "Deleted",
    "days_backed_up": "Days Backed Up",
    "first_backup": "First Backup",
    "last_backup": "Last Backup",
    "protected_bytes": "Protected Size (Bytes)",
    "stored_bytes": "Stored Size (Bytes)",
}


@pytest.mark.parametrize("field", FIRST)
def test_one_value_changes_and_is_told_alone(subscription: Subscription, take: Take, field: str) -> None:
    # By its own id: the details are part of an identity without one.
    take([usage(object_id="a1", **FIRST)])
    later = take([usage(object_id="a1", **{field: SECOND[field]})])
    (row,) = reported(subscription)
    (change,) = later.changes
    assert (change.line, change.field) == (2, TITLES[field])
    assert change.before != change.after
    assert {name: row[TITLES[name]] for name in FIRST} == FIRST | {field: SECOND[field]}


@pytest.mark.parametrize("field", FIRST)
def test_an_empty_cell_leaves_the_former_value(subscription: Subscription, take: Take, field: str) -> None:
    take([usage(object_id="a1", **FIRST)])
    former = revisions(subscription)
    assert counts(take([usage(object_id="a1", **(FIRST | {field: ""}))])) == (1, 0, 1, 0, 0)
    assert reported(subscription)[0][TITLES[field]] == FIRST[field]
    assert revisions(subscription) == former


def test_changes_are_told_by_line_column_before_and_after(take: Take) -> None:
    take([ANN, usage(object_name="Ben Crow", protected_bytes=200, plan="Gold")])
    later = take(
        b"Month,Customer,Product,Object Type,Object Name,Size (Bytes),Backup Plan\r\n"
        b"2026-10,Anchor Ltd,365 Total Backup,Mailbox,Ann Bell,100,Gold\r\n"
        b"2026-10,Anchor Ltd,365 Total Backup,Mailbox,Ben Crow,250,Silver\r\n"
    )
    assert counts(later) == (2, 0, 0, 2, 0)
    assert sorted(later.changes) == [
        (2, "Backup Plan", None, "Gold"),
        (3, "Backup Plan", "Gold", "Silver"),
        (3, "Size (Bytes)", "200", "250"),
    ]


def test_a_name_in_another_letter_case_is_the_same_object_with_a_changed_name(subscription: Subscription, take: Take) -> None:
    take([usage(object_name="Ann Bell")])
    later = take([usage(object_name="ANN BELL")])
    assert counts(later) == (1, 0, 0, 1, 0)
    assert list(later.changes) == [(2, "Object Name", "Ann Bell", "ANN BELL")]
    assert [row["Object Name"] for row in reported(subscription)] == ["ANN BELL"]


def test_missing_rows_are_listed_and_stay(subscription: Subscription, take: Take) -> None:
    take([ANN, BEN])
    former = revisions(subscription)
    later = take([ANN])
    assert list(later.missing) == [("2026-10", "Anchor Ltd", "365 Total Backup", "Mailbox", "Ben Crow")]
    assert later.removed == 0
    assert len(reported(subscription)) == 2
    assert revisions(subscription) == former


def test_only_the_customers_products_and_months_of_the_file_can_miss_something(take: Take) -> None:
    take([ANN, usage(month="2026-09"), usage(customer="Birch Ltd"), usage(product="VM Backup", object_type="VM"), BEN])
    later = take([ANN])
    assert [one.object_name for one in later.missing] == ["Ben Crow"]


def test_replace_removes_what_is_missing_and_only_that(subscription: Subscription, take: Take) -> None:
    take([ANN, BEN, usage(month="2026-09"), usage(customer="Birch Ltd")])
    later = take([ANN], replace=True)
    assert (later.removed, len(later.missing)) == (1, 1)
    assert [(row["Month"], row["Customer Name"], row["Object Name"]) for row in reported(subscription)] == [
        ("2026-09", "Anchor Ltd", "Ann Bell"),
        ("2026-10", "Anchor Ltd", "Ann Bell"),
        ("2026-10", "Birch Ltd", "Ann Bell"),
    ]
    assert revisions(subscription) == {"2026-09": 1, "2026-10": 2}


def in_september(subscription: Subscription) -> list[str]:
    """What the ledger has of September, in full."""
    return [one for table in ("entry", "usage_item", "revision") for one in ledger(subscription)[table] if "2026-09-01" in one]


@pytest.mark.parametrize("replace", [False, True], ids=["plain", "replace"])
@pytest.mark.parametrize("count", [10, 6000], ids=["few rows", "many rows"])
def test_a_file_of_one_month_leaves_the_other_months_alone(
    subscription: Subscription,
    take: Take,
    count: int,
    replace: bool,  # noqa: FBT001
) -> None:
    september = [usage(month="2026-09", object_name=f"Person {number}", protected_bytes=1) for number in range(count)]
    october = [usage(object_name=f"Person {number}", protected_bytes=1) for number in range(count)]
    take(september + october)
    before = in_september(subscription)
    changed = [*october[1:-1], usage(object_name=f"Person {count - 1}", protected_bytes=2)]
    later = take(changed, replace=replace)
    assert counts(later) == (count - 1, 0, count - 2, 1, 0)
    assert list(later.missing) == [("2026-10", "Anchor Ltd", "365 Total Backup", "Mailbox", "Person 0")]
    assert later.removed == (1 if replace else 0)
    assert in_september(subscription) == before
    assert len(before) == count + 1
    assert len(reported(subscription)) == 2 * count - later.removed


def test_replace_with_the_same_file_changes_nothing(subscription: Subscription, take: Take) -> None:
    take([ANN, BEN])
    before = ledger(subscription)
    again = take([ANN, BEN], replace=True)
    after = ledger(subscription)
    assert counts(again) == (2, 0, 2, 0, 0)
    assert again.removed == 0
    assert all(after[table] == before[table] for table in ("entry", "usage_item", "revision"))


def test_replace_takes_the_file_at_its_word_where_it_gives_nothing(subscription: Subscription, take: Take) -> None:
    take([usage(plan="Gold", protected_bytes=100)])
    later = take([usage(protected_bytes=100)], replace=True)
    assert list(later.changes) == [(2, "Plan", "Gold", None)]
    assert reported(subscription)[0]["Plan"] == ""


def test_entries_are_kept_and_retired_and_never_overwritten(subscription: Subscription, take: Take) -> None:
    take([ANN, BEN])
    take([BEN | {"Protected Size (Bytes)": "250"}, ANN])
    take([ANN], replace=True)
    take([BEN])
    assert entries(subscription) == [
        ("Ann Bell", 1, 2, None, 100),
        ("Ben Crow", 1, 3, 2, 200),
        ("Ben Crow", 2, 2, 3, 250),
        ("Ben Crow", 4, 2, None, 200),
    ]
    assert [row["Protected Size (Bytes)"] for row in reported(subscription)] == ["100", "200"]


def test_one_live_entry_of_a_source_for_each_item(subscription: Subscription, take: Take) -> None:
    for size in (1, 2, 3, 2, 1):
        take([ANN | {"Protected Size (Bytes)": str(size)}])
    live = [entry for entry in entries(subscription) if entry[3] is None]
    assert (len(entries(subscription)), len(live)) == (5, 1)
    assert len(reported(subscription)) == 1


def test_other_subscriptions_stay_as_they_are(subscription: Subscription, take: Take, tmp_path: Path) -> None:
    neighbour = new_subscription()
    take_into(neighbour, [ANN, BEN], tmp_path)
    before = ledger(neighbour)
    take([ANN])
    take([BEN], replace=True)
    assert ledger(neighbour) == before
    assert len(ledger(subscription)["usage_item"]) == 1


def test_a_time_that_contradicts_one_kept_from_before_is_refused(take: Take) -> None:
    take([usage(last_backup="2026-02-03T01:00:00Z")])
    summary = take([usage(first_backup="2026-02-10T01:00:00Z")])
    (refusal,) = summary.refused
    assert (summary.changed, summary.imported) == (0, True)
    assert refusal.line == 2
    assert "later than the last" in refusal.reason


def test_a_type_spelt_anew_is_a_change_that_the_item_shows(subscription: Subscription, take: Take) -> None:
    take([usage(object_type="VM")])
    summary = take([usage(object_type="Vm")])
    assert [(one.before, one.after) for one in summary.changes] == [("VM", "Vm")]
    assert [row["Object Type Backed Up"] for row in reported(subscription)] == ["Vm"]
