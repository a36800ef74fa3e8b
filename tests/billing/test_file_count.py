"""Billed users of rows: by cases, and by what has to hold for any rows."""

from datetime import date
from itertools import product
from operator import itemgetter
from random import Random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tallybook.billing.differences import Cause
from tallybook.billing.file_bill import FileBill
from tallybook.billing.file_count import FileCount, Rows

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)


class Row(NamedTuple):
    """What `Rows` has of one row."""

    customer: str
    month: date
    organisation: str | None
    object_type: str
    invoice: str | None
    object_name: str
    object_details: str | None


def row(  # noqa: PLR0913 - one parameter for each cell
    name: str,
    email: str | None = None,
    *,
    customer: str = "Anchor",
    month: date = AUGUST,
    kind: str = "Mailbox",
    invoice: str | None = None,
    organisation: str | None = "anchor.example",
) -> Row:
    return Row(customer, month, organisation, kind, invoice, name, email)


def counted(*rows: Row) -> FileBill:
    count = FileCount()
    if rows:
        count.add(Rows(*zip(*rows, strict=True)))
    return count.result()


def numbers(found: FileBill) -> list[tuple[str, date, int, int]]:
    return [(one.customer, one.month, one.recipe, one.people) for one in found.customers]


def test_only_four_types_are_users_whatever_their_letter_case() -> None:
    kinds = [
        "mailbox",
        "N/A",
        "OneDrive",
        "User Teams Chats",
        "SharePoint Files",
        "Shared Mailbox",
        "M365 Group",
        "VM",
        "M365 User",
    ]
    found = counted(*(row(kind, kind=kind) for kind in kinds))
    assert (found.rows, found.recipe, numbers(found)) == (9, 4, [("Anchor", AUGUST, 4, 4)])


def test_of_generation_b_the_billable_are_users() -> None:
    rows = [row(str(number), kind="M365 User", invoice=invoice) for number, invoice in enumerate(["Billable", "Free", None])]
    assert numbers(counted(*rows)) == [("Anchor", AUGUST, 1, 1)]


def test_a_customer_without_users_has_none_and_is_there() -> None:
    assert numbers(counted(row("web", kind="VM"))) == [("Anchor", AUGUST, 0, 0)]
    assert numbers(counted()) == []


def test_names_are_compared_as_a_spreadsheet_does() -> None:
    found = counted(row("Straße", "a@x.example"), row("STRASSE", "a@x.example"), row("Straße ", "a@x.example"))
    assert numbers(found) == [("Anchor", AUGUST, 2, 1)]
    (spellings,) = found.differences
    assert (spellings.cause, spellings.name, spellings.recipe, spellings.people) == (Cause.SPELLINGS, "Straße / Straße ", 2, 1)


def test_a_customer_is_one_in_any_spelling_and_nobody_is_one_person_in_two() -> None:
    found = counted(
        row("Ann", "ann@x.example"),
        row("Ann", "ann@x.example", customer="ANCHOR "),
        row("Ann", "ann@x.example", customer="Bell"),
    )
    assert numbers(found) == [("Anchor", AUGUST, 1, 1), ("Bell", AUGUST, 1, 1)]
    (one,) = found.differences
    assert (one.cause, one.customer, one.month, one.recipe, one.people) == (Cause.SEVERAL_CUSTOMERS, None, AUGUST, 1, 2)


def test_what_several_months_and_customers_have_in_common_is_told_so_that_the_sums_agree() -> None:
    found = counted(*(row("Ann", f"{c}@x.example", customer=c, month=m) for c, m in product("AB", (AUGUST, SEPTEMBER))))
    told = [(one.cause, one.customer, one.month, one.recipe, one.people, one.identities) for one in found.differences]
    both = ("a@x.example", "b@x.example")
    assert told == [
        (Cause.SEVERAL_CUSTOMERS, None, AUGUST, 1, 2, both),
        (Cause.SEVERAL_CUSTOMERS, None, SEPTEMBER, 1, 2, both),
        (Cause.SEVERAL_MONTHS, None, None, 1, 4, both),
    ]
    assert (found.recipe, found.recipe_by_month) == (1, {AUGUST: 2, SEPTEMBER: 2})
    (one,) = counted(row("Ann"), row("ann", month=SEPTEMBER)).differences
    assert (one.cause, one.customer, one.name, one.identities) == (Cause.SEVERAL_MONTHS, "Anchor", "Ann", ("ann",))


_NAMES = st.sampled_from(["Ann", "ANN", "Ben", "Cem", "Straße", "strasse"])
_EMAILS = st.sampled_from([None, "", "a@x.example", "A@x.example", "b@x.example", "c@x.example"])
_ROWS = st.lists(
    st.builds(
        row,
        _NAMES,
        _EMAILS,
        customer=st.sampled_from(["Anchor", "anchor", "Bell", "=1+1"]),
        month=st.sampled_from([AUGUST, SEPTEMBER]),
        kind=st.sampled_from(["Mailbox", "OneDrive", "N/A", "VM", "M365 User"]),
        invoice=st.sampled_from([None, "Billable", "Free"]),
        organisation=st.sampled_from([None, "x", "X", "y"]),
    ),
    max_size=12,
)


@given(_ROWS, st.randoms())
def test_order_and_repetition_of_rows_change_nothing(rows: list[Row], random: Random) -> None:
    # The customer's spelling that comes first is shown, so it has to be one.
    rows = [one._replace(customer="Anchor") if one.customer == "anchor" else one for one in rows]
    again = rows * 2
    random.shuffle(again)
    one, two = counted(*rows), counted(*again)
    assert (one.recipe, numbers(one)) == (two.recipe, numbers(two))
    assert [(d.cause, d.customer, d.month, d.recipe, d.people, d.identities) for d in one.differences] == [
        (d.cause, d.customer, d.month, d.recipe, d.people, d.identities) for d in two.differences
    ]


# Each organisation of a month in one or two runs, as in files that are sorted, and in files that are sorted by another column.
_RUNS = st.lists(st.tuples(_ROWS.filter(bool), st.integers(1, 30)), max_size=4).map(
    lambda runs: [
        one._replace(object_name=f"{one.object_name} {number % 9}", object_type=["Mailbox", "VM", "N/A"][number % 3])
        for some, length in runs
        for one in some[:2]
        for number in range(length)
    ]
)


@given(_RUNS)
def test_runs_of_one_organisation_are_counted_as_rows_are_one_by_one(rows: list[Row]) -> None:
    count = FileCount()
    for one in rows:
        count.add(Rows._make((cell,) for cell in one))
    assert counted(*rows) == count.result()


@given(_ROWS)
def test_neither_number_is_above_the_rows_and_the_sums_are_those_of_the_customers(rows: list[Row]) -> None:
    found = counted(*rows)
    assert found.recipe <= sum(found.recipe_by_month.values()) <= len(rows)
    assert sum(found.people_by_month.values()) <= len(rows)
    alone = [counted(*(one for one in rows if one[0].casefold() == name)) for name in ("anchor", "bell", "=1+1")]
    for month in found.people_by_month:
        assert found.people_by_month[month] == sum(one.people_by_month.get(month, 0) for one in alone)
        assert found.recipe_by_month[month] == sum(one.recipe_by_month.get(month, 0) for one in alone)


@given(_ROWS, st.integers(0, 12))
def test_rows_may_come_in_parts(rows: list[Row], first: int) -> None:
    count = FileCount()
    for part in (rows[:first], rows[first:]):
        count.add(Rows(*(list(map(itemgetter(place), part)) for place in range(len(Row._fields)))))
    assert count.result() == counted(*rows)


def test_a_name_is_shown_as_the_file_spells_it_first_whatever_the_month() -> None:
    rows = [
        row("Ann", "a@x.example"),
        row("ANN", "b@x.example", month=SEPTEMBER),
        row("Ann", "a@x.example", month=SEPTEMBER),
    ]
    assert [(one.month, one.name) for one in counted(*rows).differences] == [(SEPTEMBER, "Ann"), (None, "Ann")]


@given(_ROWS)
def test_somebody_new_is_one_more(rows: list[Row]) -> None:
    before, after = counted(*rows), counted(*rows, row("Zoe", "zoe@new.example"))
    assert after.people_by_month[AUGUST] == before.people_by_month.get(AUGUST, 0) + 1
    assert after.recipe == before.recipe + 1


@given(_ROWS)
def test_the_differences_add_up(rows: list[Row]) -> None:
    found = counted(*rows)
    within = [one for one in found.differences if one.cause not in (Cause.SEVERAL_CUSTOMERS, Cause.SEVERAL_MONTHS)]
    apart = sum(found.people_by_month.values()) - sum(found.recipe_by_month.values())
    assert sum(one.people - one.recipe for one in within) == apart


def test_a_difference_is_told_in_its_customers_own_spelling() -> None:
    found = counted(
        row("ANN", "a@x.example", customer="A"),
        row("ann", "a@x.example", customer="B"),
        row("ann", "b@x.example", customer="B"),
    )
    assert [(one.cause, one.name) for one in found.differences] == [(Cause.NAMESAKES, "ann"), (Cause.SEVERAL_CUSTOMERS, "ANN")]


def test_users_of_both_generations_at_one_customer_are_told() -> None:
    workloads = row("Ann", "a@x.example")
    of_b = row("Ann Lee", "a.lee@x.example", kind="M365 User", invoice="Billable")
    assert counted(workloads, of_b).mixed == (("Anchor", AUGUST),)
    assert counted(workloads, row("Ann", month=SEPTEMBER, kind="M365 User", invoice="Billable")).mixed == ()
    assert counted(workloads, row("Ann", kind="M365 User", invoice="Free")).mixed == ()
    assert counted(row("Ann", invoice="Billable")).mixed == ()
