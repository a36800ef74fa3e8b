"""The page Usage Details."""

# ruff: noqa: RUF001 - the page has real minus signs and dashes

import re
from pathlib import Path
from uuid import uuid4

import pytest
from tests.bookkeeping import take, usage
from tests.console.cast import Browse, Filled, Months, fill, fill_customers, markup, page_address, table_rows, words

from tallybook.subscriptions.models import Subscription, User
from tallybook.usage.months import month_before


def test_it_opens_on_the_previous_month(browse: Browse, viewer: User, subscription: Subscription, tmp_path: Path) -> None:
    months = fill(subscription, tmp_path)
    response = browse(viewer).get(page_address(subscription))
    assert response.status_code == 200
    assert f"{months.previous_month:%B %Y}, open, last change just now" in words(response)
    assert re.search(r'<time datetime="20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ" title="[\d :-]+ UTC">', markup(response))


def test_it_counts_by_customer_and_product(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    months = fill(subscription, tmp_path)
    both = f"{month_before(months.previous_month):%B %Y} to {months.previous_month:%B %Y}"
    head, mueller, anchor, zeta, total = table_rows(browse(owner).get(page_address(subscription)))
    assert head == "Customer VM Backup 365 Total Backup All objects Over 13 months Protected (TiB) Stored (KiB)"
    assert mueller == f'"Müller & Söhne 2 +2 0 2 +2 {both}: 0, 2 1.00 –'
    assert anchor == f"Anchor Ltd 0 2 +1 2 +1 {both}: 1, 2 2.00 1.00"
    assert zeta == f"Zeta Oy 0 0 −1 0 −1 {both}: 1, 0 – –"
    assert total == f"Total 2 +2 2 4 +2 {both}: 2, 4 3.00 1.00"


def test_the_history_is_of_those_who_are_searched_for_and_goes_back_thirteen_months(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    months = fill(subscription, tmp_path)
    old, oldest = (f"{month_before(months.previous_month, count):%Y-%m}" for count in (12, 13))
    gone = [usage(month=month, customer="Gone Inc", object_name=str(n)) for month in (old, oldest) for n in range(3)]
    take(subscription, [*gone, usage(month=old)], tmp_path)
    client = browse(owner)
    gap = "no usage, " * 10
    everybody, found = (client.get(page_address(subscription), {"search": search}) for search in ("", "anchor"))
    assert table_rows(everybody)[-1].endswith(f": 4, {gap}2, 4 3.00 1.00")
    assert table_rows(found)[-1].endswith(f": 1, {gap}1, 2 2.00 1.00")
    assert f"{month_before(months.previous_month, 12):%B %Y} to" in table_rows(found)[-1]


def test_what_is_not_counted_yet_is_said(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = fill(subscription, tmp_path)
    monkeypatch.setattr("tallybook.console.history._SECONDS", -1)
    client = browse(owner)
    first, second = (client.get(page_address(subscription)) for _ in range(2))
    assert "Of 1 of the 13 months they are not counted yet" in words(first)
    assert table_rows(first)[-1].endswith(f"+2 {months.previous_month:%B %Y}: 4 3.00 1.00")
    assert "not counted" not in words(second)


def test_sizes_have_their_exact_bytes(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    fill(subscription, tmp_path)
    page = browse(owner).get(page_address(subscription)).content.decode()
    assert '<data value="2199023255552" title="2,199,023,255,552 bytes">2.00</data>' in page
    assert 'title="No size was reported">–' in page


def test_the_first_month_has_nothing_to_be_compared_with(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    months = fill(subscription, tmp_path)
    response = browse(owner).get(page_address(subscription, f"?month={months.before}"))
    assert table_rows(response)[1] == f"Anchor Ltd 1 1 {month_before(months.previous_month):%B %Y}: 1 1.00 –"
    assert "change since" not in words(response)


def test_a_month_without_usage_names_the_newest_with_some(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    months = fill(subscription, tmp_path)
    response = browse(owner).get(page_address(subscription, f"?month={months.current}"))
    assert "open, nothing reported yet" in words(response)
    assert f"The newest month with usage is {months.previous_month:%B %Y}" in words(response)
    assert table_rows(response) == []


def test_a_subscription_without_usage_says_how_to_import(browse: Browse, owner: User, subscription: Subscription) -> None:
    said = words(browse(owner).get(page_address(subscription)))
    assert f"tallybook import FILE --subscription '{subscription.name}'" in said
    assert "Export Itemised Billing Report" in said


def test_customers_are_searched_whatever_the_letter_case(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    fill(subscription, tmp_path)
    client = browse(owner)
    found = client.get(page_address(subscription), {"search": "MÜLLER  &"})
    assert [row.split()[0] for row in table_rows(found)] == ["Customer", '"Müller', "Total"]
    assert "1 customer with “MÜLLER &” in the name" in words(found)
    none = client.get(page_address(subscription), {"search": "<b>nobody"})
    assert "has “&lt;b&gt;nobody” in the name" in none.content.decode()
    assert table_rows(none) == []


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", '"AZ'),
        ("-name", 'ZA"'),
        ("-objects", '"AZ'),
        ("-protected", 'A"Z'),
        ("protected", 'Z"A'),
        ("-stored", 'A"Z'),
        ("-product-1", '"AZ'),
        ("product-1", 'AZ"'),
        ("nonsense", '"AZ'),
        ("product-²", '"AZ'),
    ],
)
def test_the_address_sorts(filled: Filled, sort: str, order: str) -> None:
    response = filled.client.get(page_address(filled.subscription), {"sort": sort})
    assert "".join(row[0] for row in table_rows(response)[1:-1]) == order


def test_a_head_sorts_and_turns_round(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    fill(subscription, tmp_path)
    client = browse(owner)
    assert 'href="?sort=-objects"' in client.get(page_address(subscription)).content.decode()
    turned = client.get(page_address(subscription, "?search=a&sort=-objects&page=1")).content.decode()
    assert 'aria-sort="descending"' in turned
    assert 'href="?search=a&amp;sort=objects"' in turned


def test_fifty_customers_a_page(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    months = fill_customers(subscription, tmp_path, 120)
    client = browse(owner)
    first, last, beyond = (client.get(page_address(subscription), {"page": page}) for page in (1, 3, 99))
    assert len(table_rows(first)) == 52
    assert "Customers 1 to 50 of 120" in words(first)
    assert "Customers 101 to 120 of 120" in words(last)
    assert table_rows(last)[-1] == f"Total of all pages 120 120 {months.previous_month:%B %Y}: 120 – –"
    assert table_rows(beyond) == table_rows(last)


def test_nobody_is_sent_to_sign_in(browse: Browse, subscription: Subscription) -> None:
    response = browse(None).get(page_address(subscription))
    assert (response.status_code, response["Location"]) == (302, f"/sign-in/?next={page_address(subscription)}")


@pytest.mark.parametrize("rest", ["", "export/", "export/count/", "export/download", "?month=nonsense"])
def test_a_foreign_subscription_is_like_a_missing_one(
    browse: Browse, stranger: User, subscription: Subscription, tmp_path: Path, rest: str
) -> None:
    fill(subscription, tmp_path)
    client = browse(stranger)
    foreign = client.get(page_address(subscription, rest))
    missing = client.get(f"/subscriptions/{uuid4()}/usage/{rest}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert subscription.name not in foreign.content.decode()


@pytest.mark.parametrize("month", ["2026-13", "26-10", "1999-01", "<b>", "\x00"])
def test_a_month_that_is_none_is_said(browse: Browse, owner: User, subscription: Subscription, month: str) -> None:
    response = browse(owner).get(page_address(subscription), {"month": month})
    assert response.status_code == 400
    assert "which is no month. Write it as YYYY-MM" in words(response)


def test_another_method_is_refused(browse: Browse, owner: User, subscription: Subscription) -> None:
    response = browse(owner).post(page_address(subscription))
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert "cannot be used with this method" in words(response)


def test_the_previous_month_is_the_subscriptions_own(subscription: Subscription) -> None:
    months = Months(subscription)
    assert months.before < months.previous < months.current
