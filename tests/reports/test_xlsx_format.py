"""The workbook: text stays text, numbers are numbers, and a sheet that is full is refused."""

import io
from collections.abc import Callable
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from tests.bookkeeping import report, rows_of, usage

from tallybook.errors import Refused
from tallybook.metering.summary import Summary
from tallybook.reports import xlsx_format
from tallybook.reports.building import Form, Format
from tallybook.reports.itemised import COLUMNS
from tallybook.subscriptions.models import Subscription

XLSX = Form(format=Format.XLSX)
TEXTS = [
    "=1+1",
    "+49",
    "-5",
    "@home",
    "{=1}",
    "http://a.example",
    "mailto:a@b.example",
    "00123",
    "1e5",
    "TRUE",
    "'x",
    "<b>&amp;</b>",
]
HARD = ["a\rb", "a\r\nb", "a\nb", "a\tb", " x ", "_x0041_", "😀", "\u202eabc", "x" * 2000, "external:a.xlsx"]
NUMBERS = {"Days Backed Up", "Protected Size (Bytes)", "Stored Size (Bytes)"}


def sheet_of(content: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


@pytest.mark.parametrize("text", [*TEXTS, *HARD], ids=lambda text: ascii(text)[:30])
def test_text_stays_text(subscription: Subscription, take: Callable[..., Summary], text: str) -> None:
    take([usage(object_name=text, object_details=text, plan=text, object_id=text)])
    content = report(subscription, XLSX)
    sheet = sheet_of(content)
    row = {str(title.value): cell for title, cell in zip(sheet[1], sheet[2], strict=True)}
    for title in ("Object Name", "Object Details", "Object ID"):
        assert unescape(str(row[title].value)) == text
        assert (row[title].data_type, row[title].hyperlink) == ("s", None)
    with ZipFile(io.BytesIO(content)) as archive:
        markup = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in markup
    assert b"hyperlink" not in markup


def test_the_workbook_has_the_values_of_the_csv(made_up: Subscription) -> None:
    sheet = sheet_of(report(made_up, XLSX))
    header, *lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    told = [
        {str(title): "" if value is None else unescape(str(value)) for title, value in zip(header, line, strict=True)}
        for line in lines
    ]
    assert header == [column.title for column in COLUMNS]
    assert told == rows_of(report(made_up))


def test_numbers_are_numbers_unless_they_would_be_rounded(made_up: Subscription) -> None:
    sheet = sheet_of(report(made_up, XLSX))
    titles = [cell.value for cell in sheet[1]]
    cells = [line[titles.index(title)] for line in sheet.iter_rows(min_row=2) for title in NUMBERS]
    kinds = {str(cell.value): cell.data_type for cell in cells if cell.value is not None}
    assert kinds == {"31": "n", "0": "n", "1": "n", "5": "n", "9223372036854775807": "s", "1000000000000000": "s"}
    assert sheet.freeze_panes == "A2"


def test_more_rows_than_a_sheet_has_are_refused(made_up: Subscription, monkeypatch: pytest.MonkeyPatch) -> None:
    assert xlsx_format.MOST_ROWS == 2**20 - 1
    monkeypatch.setattr(xlsx_format, "MOST_ROWS", 10)
    assert sheet_of(report(made_up, XLSX)).max_row == 11
    monkeypatch.setattr(xlsx_format, "MOST_ROWS", 9)
    with pytest.raises(Refused, match=r"has 10 rows, and a sheet of Excel 9\. Choose CSV or fewer months"):
        report(made_up, XLSX)
