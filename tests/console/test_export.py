"""The form behind [Export Itemised Billing Report], and what it delivers."""

import io
import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.http.response import HttpResponseBase
from openpyxl import load_workbook
from tests.bookkeeping import chosen, customer_ids, report, take, usage
from tests.console.cast import Browse, Filled, fill, fill_customers, markup, page_address, words

from tallybook.database.scope import subscription_scope
from tallybook.reports.building import Form, Format, Profile
from tallybook.reports.quantities import QUANTITIES
from tallybook.subscriptions.models import Subscription, User
from tallybook.subscriptions.products import list_products
from tallybook.usage.summary import count_items


def content(response: HttpResponseBase) -> bytes:
    body = response.getvalue()
    response.close()
    return bytes(body)


def test_the_form_offers_everything_of_the_previous_month(
    browse: Browse, viewer: User, subscription: Subscription, tmp_path: Path
) -> None:
    months = fill(subscription, tmp_path)
    response = browse(viewer).get(page_address(subscription, "export/"))
    page = markup(response)
    assert response.status_code == 200
    for label in ("Choose Customer", "Month Range", "Products", "Download Report Data (CSV)", "All 3 customers"):
        assert label in words(response)
    assert page.count(f'<option value="{months.previous}" selected>') == 2
    assert f'<option value="{months.current}"' in page
    assert 'value="itemised" checked' in page
    assert page.count('name="product"') == page.count("checked") - 1 == len(list_products())
    assert "This choice holds 4 rows, about" in words(response)


def test_the_form_opens_with_the_customers_that_were_searched_for(filled: Filled) -> None:
    month = filled.months.previous
    page = filled.client.get(page_address(filled.subscription), {"search": "MÜLLER"}).content.decode()
    address = re.findall(r'data-export-dialog\s+href="([^"]+)"', page)[0].replace("&amp;", "&")
    assert address.endswith(f"?from={month}&to={month}&search=M%C3%9CLLER")
    form = filled.client.get(address)
    ticked = re.findall(r'name="customer"\s+value="([^"]+)"\s+checked', form.content.decode())
    assert ticked == [str(customer_ids(filled.subscription)['"Müller & Söhne'])]
    assert "1 of 3 customers" in words(form)
    blank = filled.client.get(page_address(filled.subscription), {"search": " "}).content.decode()
    assert re.findall(r'data-export-dialog\s+href="([^"]+)"', blank)[0].endswith("/export/")
    gone = filled.client.get(f"{address}&customer={uuid4()}")
    assert "A chosen customer is not there any more." in words(gone)
    assert "in the name" not in words(gone)
    typed = filled.client.get(address.replace("M%C3%9CLLER", "nobody"))
    assert (typed.status_code, "No customer has “nobody” in the name." in words(typed)) == (400, True)


def test_without_usage_the_form_still_opens(browse: Browse, owner: User, subscription: Subscription) -> None:
    response = browse(owner).get(page_address(subscription, "export/"))
    assert "There are no customers yet" in words(response)
    assert "This choice holds no rows: the file would be its header only." in words(response)


def test_the_page_of_a_month_exports_that_month(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    months = fill(subscription, tmp_path)
    page = browse(owner).get(page_address(subscription, f"?month={months.before}")).content.decode()
    assert page.count(f'export/?from={months.before}&amp;to={months.before}"') == 1


def test_the_download_is_the_report(browse: Browse, viewer: User, subscription: Subscription, tmp_path: Path) -> None:
    months = fill(subscription, tmp_path)
    parameters = {"from": months.before, "to": months.previous}
    response = browse(viewer).get(page_address(subscription, "export/download"), parameters)
    expected = report(chosen(subscription, months.before, months.previous))
    digest = sha256(expected).digest()
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    name = f"itemised-billing-report-{months.before}-to-{months.previous}.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Length"] == str(len(expected))
    assert response["Repr-Digest"] == f"sha-256=:{b64encode(digest).decode()}:"
    assert response["ETag"] == f'"{digest.hex()}"'
    assert response["Tallybook-Row-Count"] == "6"
    assert response["Cache-Control"] == "no-store"
    assert content(response) == expected


@pytest.mark.parametrize("method", ["get", "post"])
def test_customers_and_products_are_chosen_by_id(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path, method: str
) -> None:
    months = fill(subscription, tmp_path)
    ids = customer_ids(subscription)
    customers = ("Anchor Ltd", '"Müller & Söhne')
    send = getattr(browse(owner), method)
    parameters = {
        "from": months.previous,
        "to": months.previous,
        "customer": [str(ids[name]) for name in customers],
        "product": ["1"],
    }
    response = send(page_address(subscription, "export/download"), parameters)
    assert response["Tallybook-Row-Count"] == "2"
    assert content(response) == report(chosen(subscription, months.previous, months.previous, customers, ("VM Backup",)))


@pytest.mark.parametrize(
    ("chosen_format", "form", "ending"),
    [
        ({"format": "csv"}, Form(), ".csv"),
        ({"format": "csv", "delimiter": "tab"}, Form(), ".csv"),
        ({"format": "csv-excel"}, Form(profile=Profile.EXCEL), "-excel.csv"),
        ({"format": "csv-excel", "delimiter": "comma"}, Form(profile=Profile.EXCEL), "-excel.csv"),
        ({"format": "csv-excel", "delimiter": "semicolon"}, Form(profile=Profile.EXCEL, delimiter=";"), "-excel.csv"),
        ({"format": "csv-excel", "delimiter": "tab"}, Form(profile=Profile.EXCEL, delimiter="\t"), "-excel.csv"),
        ({"format": "json", "delimiter": "semicolon"}, Form(format=Format.JSON), ".json"),
    ],
)
def test_every_format_is_what_the_command_writes(
    filled: Filled, chosen_format: dict[str, str], form: Form, ending: str
) -> None:
    month = filled.months.previous
    parameters = {"from": month, "to": month} | chosen_format
    response = filled.client.get(page_address(filled.subscription, "export/download"), parameters)
    assert f'itemised-billing-report-{month}{ending}"' in response["Content-Disposition"]
    assert content(response) == report(chosen(filled.subscription, month, month), form)


def test_the_quantities_are_what_the_command_writes(filled: Filled) -> None:
    month = filled.months.previous
    parameters = {"from": month, "to": month, "kind": "quantities"}
    response = filled.client.get(page_address(filled.subscription, "export/download"), parameters)
    assert f'quantities-{month}.csv"' in response["Content-Disposition"]
    assert content(response) == report(chosen(filled.subscription, month, month), Form(kind=QUANTITIES))
    shown = filled.client.get(page_address(filled.subscription, "export/"), parameters)
    assert "A row for each month, customer and product of this choice." in words(shown)
    assert 'value="quantities" checked' in markup(shown)


def test_a_report_that_there_is_not_is_refused(filled: Filled) -> None:
    parameters = {"from": filled.months.previous, "to": filled.months.previous, "kind": "all"}
    response = filled.client.get(page_address(filled.subscription, "export/download"), parameters)
    assert response.status_code == 400
    assert "The report is none of itemised, quantities." in words(response)


def test_xlsx_opens(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    months = fill(subscription, tmp_path)
    parameters = {"from": months.previous, "to": months.previous, "format": "xlsx"}
    response = browse(owner).get(page_address(subscription, "export/download"), parameters)
    book = load_workbook(io.BytesIO(content(response)))
    assert book.worksheets[0].max_row == 5


def test_a_choice_without_rows_says_so_before_and_is_a_header(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    months = fill(subscription, tmp_path)
    client = browse(owner)
    parameters = {"from": months.current, "to": months.current}
    assert "This choice holds no rows" in words(client.get(page_address(subscription, "export/"), parameters))
    response = client.get(page_address(subscription, "export/download"), parameters)
    assert response["Tallybook-Row-Count"] == "0"
    assert content(response).count(b"\r\n") == 1


def test_rows_are_counted_for_the_choice(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    months = fill(subscription, tmp_path)
    client = browse(owner)
    one = {"from": months.before, "to": months.previous, "customer": str(customer_ids(subscription)["Zeta Oy"])}
    for rest in ("export/", "export/count/"):
        assert "This choice holds 1 row." in words(client.post(page_address(subscription, rest), one))
    turned = client.post(page_address(subscription, "export/count/"), {"from": months.previous, "to": months.before})
    assert words(turned) == f"The range begins with {months.previous}, after its end {months.before}. Exchange the two."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": "2026-13"}, "The first month is '2026-13', which is no month."),
        ({"to": "<script>"}, "The last month is '<script>', which is no month."),
        ({"from": ""}, "Choose the first month."),
        ({"to": ""}, "Choose the last month."),
        ({"from": "2099-12"}, "after its end"),
        ({"format": "pdf"}, "The format is none of csv, csv-excel, xlsx, json. Choose one of them."),
        ({"delimiter": "pipe"}, "The delimiter is none of comma, semicolon, tab. Choose one of them."),
        ({"product": "99"}, "A chosen product is not in the catalogue. Choose again."),
        ({"product": "x"}, "A chosen product is not in the catalogue. Choose again."),
        ({"products_shown": "1"}, "No product is ticked. Tick one at least."),
        ({"customer": "nonsense"}, "A chosen customer is not there any more. Choose again."),
        ({"customer": "\x00"}, "A chosen customer is not there any more. Choose again."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(filled: Filled, change: dict[str, str], said: str) -> None:
    anchor, month = str(customer_ids(filled.subscription)["Anchor Ltd"]), filled.months.before
    sent = {"from": month, "to": month, "customer": anchor} | change
    for method, rest in (("get", "export/download"), ("post", "export/download"), ("get", "export/")):
        response = getattr(filled.client, method)(page_address(filled.subscription, rest), sent)
        assert response.status_code == 400
        assert said.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;") in response.content.decode()


def test_what_was_typed_stays(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    months = fill(subscription, tmp_path)
    anchor = str(customer_ids(subscription)["Anchor Ltd"])
    sent = {"from": "2026-13", "to": months.before, "customer": anchor, "product": "2", "products_shown": "1"} | {
        "delimiter": "tab"
    }
    page = markup(browse(owner).post(page_address(subscription, "export/download"), sent))
    assert '<option value="2026-13" selected>2026-13</option>' in page
    assert f'<option value="{months.before}" selected>' in page
    assert f'value="{anchor}" checked' in page
    assert 'name="product" value="2" checked' in page
    assert 'name="product" value="1" checked' not in page
    assert '<option value="tab" selected>' in page
    assert 'aria-describedby="from-error"' in page


def test_a_foreign_customer_is_like_a_missing_one(
    browse: Browse, owner: User, subscription: Subscription, other_subscription: Subscription, tmp_path: Path
) -> None:
    months = fill(subscription, tmp_path)
    fill(other_subscription, tmp_path)
    foreign = customer_ids(other_subscription)["Anchor Ltd"]
    client = browse(owner)
    answers = []
    for customer in (foreign, uuid4()):
        parameters = {"from": months.previous, "to": months.previous, "customer": str(customer)}
        response = client.get(page_address(subscription, "export/download"), parameters)
        answers.append((response.status_code, words(response)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 400


def test_hundreds_of_customers_can_be_chosen(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    months = fill_customers(subscription, tmp_path, 1500)
    ids = [str(identity) for identity in customer_ids(subscription).values()][:1400]
    parameters = {"from": months.previous, "to": months.previous, "customer": ids}
    response = browse(owner).post(page_address(subscription, "export/download"), parameters)
    assert response["Tallybook-Row-Count"] == "1400"
    response.close()


def test_a_report_that_cannot_be_built_is_said_at_the_form(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = fill(subscription, tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tallybook.reports.building._write", _disk_full)
    parameters = {"from": months.previous, "to": months.previous}
    response = browse(owner).get(page_address(subscription, "export/download"), parameters)
    assert response.status_code == 503
    assert "There is no room to build the report" in words(response)
    assert settings.INSTALLATION.report_timeout_seconds > 0


def _disk_full(*_arguments: object) -> int:
    raise OSError(28, "No space left on device")


def test_line_breaks_and_formulas_arrive_as_they_are(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    month = "2026-08"
    take(subscription, [usage(month=month, object_name='=1+1\n"x",y')], tmp_path)
    parameters = {"from": month, "to": month, "format": "json"}
    response = browse(owner).get(page_address(subscription, "export/download"), parameters)
    assert json.loads(content(response))["rows"][0]["objectName"] == '=1+1\n"x",y'


@pytest.mark.parametrize("rest", ["export/", "export/count/", "export/download"])
def test_nobody_is_sent_to_sign_in(browse: Browse, subscription: Subscription, rest: str) -> None:
    for method in ("get", "post"):
        response = getattr(browse(None), method)(page_address(subscription, rest))
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize(
    ("rest", "allowed"),
    [("export/", "GET, HEAD, POST"), ("export/count/", "GET, HEAD, POST"), ("export/download", "GET, POST")],
)
def test_another_method_is_refused(browse: Browse, owner: User, subscription: Subscription, rest: str, allowed: str) -> None:
    response = browse(owner).put(page_address(subscription, rest))
    assert (response.status_code, response["Allow"]) == (405, allowed)


def test_one_file_for_each_customer_is_a_zip(filled: Filled) -> None:
    address, month = page_address(filled.subscription, "export/download"), filled.months.previous
    sent = {"from": month, "to": month, "split": "on"}
    with ZipFile(io.BytesIO(content(filled.client.post(address, sent | {"format": "xlsx"})))) as archive:
        assert sorted(archive.namelist()) == [f"Anchor Ltd-{month}.xlsx", f"_Müller & Söhne-{month}.xlsx"]
    whole = filled.client.post(address, {"from": month, "to": month, "format": "csv"})
    assert whole["Content-Type"] == "text/csv; charset=utf-8"
    content(whole)


def test_the_size_that_is_told_is_about_right(filled: Filled) -> None:
    month = filled.months
    with subscription_scope(filled.subscription.id):
        told = count_items(filled.subscription.id, (month.previous_month, month.previous_month), None, None)
    sent = {"from": month.previous, "to": month.previous, "format": "csv"}
    size = len(content(filled.client.post(page_address(filled.subscription, "export/download"), sent)))
    assert told.items == 4
    assert 0.6 < told.csv_bytes / size < 1.6
