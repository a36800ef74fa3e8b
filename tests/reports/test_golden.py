"""Reports of the made-up ledger, compared whole with files that somebody has read.

`TALLYBOOK_TESTS_WRITE_GOLDEN=1` writes them anew; look at the difference before it is committed.
"""

import io
import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.bookkeeping import chosen, report

from tallybook.reports.building import Form, Format, Profile
from tallybook.subscriptions.models import Subscription

GOLDEN = Path(__file__).parent / "golden"
# The others are the same in every workbook of the library.
OWN_PARTS = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "docProps/core.xml")
WRITES = os.environ.get("TALLYBOOK_TESTS_WRITE_GOLDEN") == "1"
FORMS = {
    "api.csv": Form(),
    "excel.csv": Form(profile=Profile.EXCEL),
    "excel-semicolon.csv": Form(profile=Profile.EXCEL, delimiter=";"),
    "excel-tab.csv": Form(profile=Profile.EXCEL, delimiter="\t"),
    "report.json": Form(format=Format.JSON),
}


def golden(name: str, made: bytes) -> bytes:
    path = GOLDEN / name
    if WRITES:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
    return path.read_bytes()


def parts(archive: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.mark.parametrize("name", FORMS)
def test_a_report_is_the_golden_file(made_up: Subscription, name: str) -> None:
    made = report(made_up, FORMS[name])
    assert made == golden(name, made)
    assert report(made_up, FORMS[name]) == made


def test_a_report_without_rows_is_the_golden_file(subscription: Subscription) -> None:
    made = {name: report(chosen(subscription, "2026-10", "2026-10"), form) for name, form in FORMS.items()}
    assert len(made) == 5
    assert made == {name: golden(f"empty/{name}", content) for name, content in made.items()}


def test_a_workbook_has_the_golden_parts(made_up: Subscription) -> None:
    workbook = report(made_up, Form(format=Format.XLSX))
    made = parts(workbook)
    assert {name: made[name] for name in OWN_PARTS} == {name: golden(f"xlsx/{name}", made[name]) for name in OWN_PARTS}
    assert not [name for name in made if "vba" in name.lower() or "external" in name.lower() or "sheet2" in name]
    assert report(made_up, Form(format=Format.XLSX)) == workbook


def test_a_zip_has_the_golden_names_and_each_customers_report(made_up: Subscription) -> None:
    whole = chosen(made_up, "2026-10", "2026-11")
    archive = report(whole, Form(split_by_customer=True))
    members = parts(archive)
    assert list(members) == [
        "=Sum & Sons Ltd-2026-10-to-2026-11.csv",
        "Anchor Ltd-2026-10-to-2026-11.csv",
        "Bäckerei _Süß_, Inh. Groß-2026-10-to-2026-11.csv",
        "株式会社 錨-2026-10-to-2026-11.csv",
    ]
    header = report(whole).split(b"\r\n", 1)[0] + b"\r\n"
    assert members["Anchor Ltd-2026-10-to-2026-11.csv"].startswith(header)
    assert report(whole, Form(split_by_customer=True)) == archive
