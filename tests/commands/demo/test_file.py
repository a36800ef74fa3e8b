"""What the demo's usage has to show, whatever is changed about it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from tallybook.commands.demo.file import demo_rows, write_demo_file
from tallybook.commands.demo.usage import DemoRow
from tallybook.database.folding import fold
from tallybook.metering.reading import ReadingOptions, UsageRow, open_usage_file

TODAY = date(2026, 11, 23)
USER_TYPES = ("Mailbox", "OneDrive", "User Teams Chats", "N/A")


def people(rows: Iterable[DemoRow]) -> dict[tuple[str, str], set[str]]:
    """Who there is, by month and customer: e-mail addresses."""
    found = defaultdict(set)
    for row in rows:
        if row.object_type in USER_TYPES and row.deleted != "Yes":
            found[row.month, row.customer].add(row.object_details)
    return found


def months_of(rows: Iterable[DemoRow], customer: str) -> list[str]:
    return sorted({row.month for row in rows if row.customer == customer})


def test_same_days_give_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for name in ("one.csv", "two.csv"):
        write_demo_file(tmp_path / name, demo_rows(TODAY))
        digests.add(sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
    # The same on every machine and Python. Whoever changes the demo on purpose puts the new digest here.
    assert digests == {"43918a922dc0e4a417f2b393d1b38341fd92393308d2e2319d615fdc7a83d64c"}


def test_it_has_thirteen_months_of_some_thousand_objects(rows: list[DemoRow]) -> None:
    by_month = Counter(row.month for row in rows)
    assert sorted(by_month) == ["2025-11", "2025-12", *(f"2026-{month:02}" for month in range(1, 12))]
    assert all(3000 <= count <= 4000 for count in by_month.values())
    assert 38_000 <= len(rows) <= 45_000


def test_forty_customers_in_many_languages_with_awkward_names(rows: list[DemoRow]) -> None:
    names = {row.customer for row in rows}
    assert len(names) == 40
    for awkward in ('"', "'", ",", "&", "„"):
        assert any(awkward in name for name in names), awkward
    assert {name[0] for name in names} >= {"=", "+", "Ħ", "Ξ", "清"}
    assert len({fold(name) for name in names}) == 40


def test_most_customers_have_a_reference_and_some_begin_with_zeros(rows: list[DemoRow]) -> None:
    references = {row.customer: row.reference for row in rows}
    assert 30 <= sum(map(bool, references.values())) < 40
    assert any(reference.startswith("0") for reference in references.values())


def test_all_products_and_types_occur(rows: list[DemoRow]) -> None:
    products = {row.product for row in rows}
    assert products == {"365 Total Backup", "VM Backup", "Physical Server Backup", "EndPoint Backup"}
    types = {row.object_type for row in rows}
    assert types >= {*USER_TYPES, "Shared Mailbox", "SharePoint Files", "VM", "Physical Server", "Endpoint"}


def test_every_address_is_invented(rows: list[DemoRow]) -> None:
    assert all(row.object_details.split("/sites/")[0].endswith(".example") for row in rows)
    addresses = {row.object_details for row in rows if row.object_type in USER_TYPES}
    assert all(address.isascii() and address.count("@") == 1 and address == address.lower() for address in addresses)


def test_an_object_comes_once_a_month(rows: list[DemoRow]) -> None:
    objects = Counter(
        (row.month, row.customer, row.product, row.organisation, row.object_type, fold(row.object_name), row.object_details)
        for row in rows
    )
    assert objects.most_common(1)[0][1] == 1


def test_licensed_people_without_backup_have_one_row_and_no_time(rows: list[DemoRow]) -> None:
    idle = [row for row in rows if row.object_type == "N/A"]
    busy = {(row.month, row.object_details) for row in rows if row.object_type in USER_TYPES[:3]}
    assert len(idle) > 100
    assert all(not row.last_backup and not row.protected_bytes for row in idle)
    assert not busy & {(row.month, row.object_details) for row in idle}


def test_there_are_namesakes_in_one_customer_and_across_customers(rows: list[DemoRow]) -> None:
    addresses, customers = defaultdict(set), defaultdict(set)
    for row in rows:
        if row.month == "2026-11" and row.object_type in USER_TYPES:
            addresses[row.customer, row.object_name].add(row.object_details)
            customers[row.object_name].add(row.customer)
    assert sum(len(found) > 1 for found in addresses.values()) >= 2
    assert sum(len(found) > 1 for found in customers.values()) >= 2


def test_one_person_is_spelt_in_capitals_for_a_month(rows: list[DemoRow]) -> None:
    shouted = {
        (row.month, row.object_name, row.object_details)
        for row in rows
        if row.object_type in USER_TYPES and row.object_name.isupper() and not row.object_name.islower()
    }
    assert shouted == {("2026-06", "ĠUŻEPPA ZAHRA", "guzeppa.zahra@marsastores.example")}


def test_people_join_and_leave_every_month(rows: list[DemoRow]) -> None:
    staff = people(rows)
    months = sorted({month for month, _ in staff})
    always = set.intersection(*({customer for one, customer in staff if one == month} for month in months))
    for before, after in pairwise(months):
        joined = sum(len(staff[after, customer] - staff[before, customer]) for customer in always)
        left = sum(len(staff[before, customer] - staff[after, customer]) for customer in always)
        assert 0 < joined < 60, after
        assert 0 < left < 60, after


def test_modern_sources_show_what_is_kept_of_those_who_left(rows: list[DemoRow]) -> None:
    kept = [row for row in rows if row.deleted == "Yes"]
    assert len(kept) > 100
    assert all(row.licence == "Unlicensed" and row.protected_bytes and not row.last_backup for row in kept)
    assert not {(row.month, row.object_details) for row in kept} & {
        (row.month, row.object_details) for row in rows if row.deleted == "No"
    }


def test_one_customer_joins_late_and_one_leaves(rows: list[DemoRow]) -> None:
    assert months_of(rows, "Bluebell Logistics")[0] == "2026-04"
    assert months_of(rows, "Gestoría Ibáñez, S.C.")[-1] == "2026-06"


def test_only_modern_sources_give_ids_and_days(rows: list[DemoRow]) -> None:
    with_id = [row for row in rows if row.object_id]
    assert 0.5 < len(with_id) / len(rows) < 0.9
    assert all(not row.first_backup and row.days_backed_up is None for row in rows if not row.object_id)
    assert {row.licence for row in rows if not row.object_id} == {""}


def test_a_person_is_one_id(rows: list[DemoRow]) -> None:
    ids = defaultdict(set)
    for row in rows:
        if row.object_type in USER_TYPES and row.object_id:
            ids[row.customer, row.object_details].add(row.object_id)
    assert all(len(found) == 1 for found in ids.values())


def test_backups_are_late_in_the_month_and_in_it(rows: list[DemoRow]) -> None:
    times = [row for row in rows if row.last_backup]
    assert all(row.last_backup.startswith(row.month) for row in times)
    late = sum(int(row.last_backup[8:10]) >= 26 for row in times if row.month != "2026-11")
    assert late / len(times) > 0.8
    assert max(row.last_backup for row in times) < "2026-11-24"


def test_what_is_kept_grows(rows: list[DemoRow]) -> None:
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row.month] += row.stored_bytes or 0
    in_order = [totals[month] for month in sorted(totals)]
    assert 1.05 < in_order[-1] / in_order[0] < 2
    assert all(row.stored_bytes <= (row.protected_bytes or 0) for row in rows if row.stored_bytes is not None)


@pytest.mark.parametrize("today", [date(2026, 11, 1), date(2028, 2, 29), date(2027, 1, 31)])
def test_nothing_is_told_of_days_to_come(today: date) -> None:
    rows = list(demo_rows(today))
    assert len({row.month for row in rows}) == 13
    assert max(row.last_backup for row in rows)[:10] == f"{today}"
    assert min(row.days_backed_up for row in rows if row.days_backed_up is not None) >= 1


def test_a_later_day_adds_months_and_keeps_those_that_are_over(rows: list[DemoRow]) -> None:
    later = list(demo_rows(date(2027, 2, 10), date(2025, 11, 1)))
    assert [row for row in later if row.month < "2026-11"] == [row for row in rows if row.month < "2026-11"]
    assert sorted({row.month for row in later})[-4:] == ["2026-11", "2026-12", "2027-01", "2027-02"]
    completed = {row.object_details for row in later if row.month == "2026-11"}
    assert completed >= {row.object_details for row in rows if row.month == "2026-11"}


def test_the_importer_reads_every_row(rows: list[DemoRow], tmp_path: Path) -> None:
    write_demo_file(tmp_path / "usage.csv", iter(rows))
    with open_usage_file(tmp_path / "usage.csv", ReadingOptions()) as file:
        read = list(file)
    assert not file.unknown_columns
    assert len(read) == len(rows)
    assert all(isinstance(row, UsageRow) for row in read)
