"""One file for each customer: usable names, and the same content as the customer's own report."""

import io
from collections.abc import Callable
from zipfile import ZipFile

import pytest
from tests.bookkeeping import chosen, report, usage

from tallybook.database.folding import fold_name
from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format, Profile, build
from tallybook.subscriptions.models import Subscription

Take = Callable[..., Summary]

SPLIT = Form(split_by_customer=True)
MOST_BYTES = 255
UNUSABLE = set('<>:"/\\|?*') | {chr(code) for code in range(32)}
NAMES = [
    "A/B",
    "A:B",
    "a?b",
    "A_B",
    "A_B (2)",
    "..",
    ".",
    "...",
    "/",
    "../../etc/passwd",
    "C:\\Windows",
    "=1+1",
    "-rf",
    "x" * 200,
    "X" * 199 + "y",
    "😀" * 200,
    "株" * 200,
    "e\u0301" * 100,
    "Straße",
    "STRASSE GmbH",
    "ends with a dot.",
    "CON",
]


def members(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        return {name: archive.read(name) for name in names}


def test_names_are_usable_and_no_two_are_alike(subscription: Subscription, take: Take) -> None:
    take([usage(customer=name) for name in NAMES])
    made = members(report(chosen(subscription, "2026-10", "2026-10"), SPLIT))
    assert len(made) == len({fold_name(name) for name in made}) == len(NAMES)
    for name in made:
        assert not UNUSABLE & set(name), name
        assert len(name.encode()) <= MOST_BYTES, name
        assert name.endswith("-2026-10.csv")
        assert not name.startswith((".", " ", "-2026"))


def test_each_member_is_the_customers_own_report(made_up: Subscription) -> None:
    for form in (Form(), Form(format=Format.JSON), Form(format=Format.XLSX), Form(profile=Profile.EXCEL, delimiter=";")):
        split = Form(format=form.format, profile=form.profile, delimiter=form.delimiter, split_by_customer=True)
        made = members(report(chosen(made_up, "2026-10", "2026-11"), split))
        assert len(made) == 4
        own = report(chosen(made_up, "2026-10", "2026-11", customers=("Anchor Ltd",)), form)
        ending = "-excel.csv" if form.profile is Profile.EXCEL else f".{form.format}"
        assert made[f"Anchor Ltd-2026-10-to-2026-11{ending}"] == own


def test_only_customers_with_usage_in_the_choice_have_a_file(made_up: Subscription) -> None:
    november = build(chosen(made_up, "2026-11", "2026-11"), SPLIT)
    with november.file:
        assert list(members(november.file.read())) == ["Anchor Ltd-2026-11.csv"]
        assert november.row_count == 1


@pytest.mark.parametrize("kind", Format)
def test_a_choice_without_usage_is_one_report_without_rows(made_up: Subscription, kind: Format) -> None:
    december = chosen(made_up, "2026-12", "2026-12")
    nothing = build(december, Form(format=kind, split_by_customer=True))
    with nothing.file:
        assert members(nothing.file.read()) == {f"no usage-2026-12.{kind}": report(december, Form(format=kind))}
    assert (nothing.row_count, nothing.content_type) == (0, "application/zip")


@pytest.mark.parametrize("kind", Format)
def test_the_rows_of_all_members_are_counted(made_up: Subscription, kind: Format) -> None:
    built = build(chosen(made_up), Form(format=kind, split_by_customer=True))
    with built.file:
        assert built.row_count == 10
        assert built.file_name == "itemised-billing-report-2020-01-to-2099-12.zip"
