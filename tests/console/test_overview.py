"""The page Overview: a month beside the one before, what changed, thirteen months, and what somebody should look at."""

# ruff: noqa: RUF001 - the page has real minus signs and dashes

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from tests.bookkeeping import OPERATOR, Cells, customer_ids, take, usage, usage_csv
from tests.console.cast import TIB, Browse, Months, markup, overview_address, table_rows, words
from tests.console.link_cast import make_link, note_call

from tallybook.billing.counting import count_months
from tallybook.billing.rules import OBJECTS, Rule
from tallybook.billing.rules_in_force import Span, set_rule
from tallybook.console import overview_views
from tallybook.database.scope import subscription_scope
from tallybook.links.links import pause_link, revoke_link
from tallybook.links.models import LinkGate
from tallybook.subscriptions.models import Subscription, User
from tallybook.subscriptions.products import find_product
from tallybook.usage.months import month_before

HOSTILE = "=1+1 <b>Ltd</b> & „Söhne“"


def vm(name: str, **cells: object) -> Cells:
    return usage(product="VM Backup", object_type="VM", object_name=name, **cells)


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    """Anchor Ltd gains two users and loses one; Bell loses a VM; Gone Inc leaves; a customer with a hostile name joins."""
    months = Months(subscription)
    before, now = {"month": months.before}, {"month": months.previous}
    rows = [
        usage(**before, protected_bytes=TIB),
        usage(**before, object_name="Ben"),
        usage(**now, protected_bytes=3 * TIB),
        usage(**now, object_name="Cem"),
        usage(**now, object_name="Dee", stored_bytes=512),
        *(vm(name, **before, customer="Bell", stored_bytes=1024) for name in ("srv1", "srv2")),
        vm("srv1", **now, customer="Bell", stored_bytes=1024),
        *(vm(name, **before, customer="Gone Inc") for name in ("a", "b", "c")),
        usage(**now, customer=HOSTILE, object_name="Ann"),
    ]
    take(subscription, rows, tmp_path)
    return months


@pytest.fixture
def client(browse: Browse, owner: User, months: Months) -> Client:
    assert months.previous
    return browse(owner)


def ranking(page: str, title: str, place: int = 0) -> str:
    """The words of a list, by its title; of several of that title, this one."""
    return words_of(re.findall(rf"<h4>{title}</h4>(.*?)(?:<h4>|</div>)", page)[place])


def words_of(source: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", source).split())


def test_a_month_is_told_by_product_and_in_total(client: Client, subscription: Subscription, months: Months) -> None:
    both = f"{month_before(months.previous_month):%B %Y} to {months.previous_month:%B %Y}"
    assert table_rows(client.get(overview_address(subscription)))[:4] == [
        "Product Customers Objects Billed users Protected (TiB) Stored (KiB) Objects over 13 months",
        f"VM Backup 1 −1 1 −4 – – 1.00 −1.00 {both}: 5, 1",
        f"365 Total Backup 2 +1 4 +2 4 +2 3.00 +2.00 0.50 {both}: 2, 4",
        f"Total 3 5 −2 4 +2 3.00 +2.00 1.50 −0.50 {both}: 7, 5",
    ]


def test_without_usage_of_the_current_month_it_opens_on_the_newest_and_says_so(
    client: Client, subscription: Subscription, months: Months, tmp_path: Path
) -> None:
    current = month_before(months.previous_month, -1)
    said = words(client.get(overview_address(subscription)))
    sentence = (
        f"Nothing was imported for {current:%B %Y} yet. This is {months.previous_month:%B %Y}, the newest month with usage."
    )
    assert sentence in said
    assert f"{months.previous_month:%B %Y}, open, last change just now" in said
    named = words(client.get(overview_address(subscription, f"?month={months.previous}")))
    assert "the newest month with usage" not in named
    take(subscription, [usage(month=months.current)], tmp_path)
    said = words(client.get(overview_address(subscription)))
    assert f"{current:%B %Y}, open, last change just now" in said
    assert "the newest month with usage" not in said


@pytest.mark.parametrize(
    ("former_rule", "rule", "billed"), [(OBJECTS, None, "4"), (None, OBJECTS, "–")], ids=["objects before", "objects now"]
)
def test_objects_of_another_rule_are_no_billed_users(  # noqa: PLR0913, PLR0917 - fixtures
    client: Client, subscription: Subscription, months: Months, former_rule: Rule | None, rule: Rule | None, billed: str
) -> None:
    with subscription_scope(subscription.id):
        product = find_product("365 backup")
        set_rule(subscription, Span(product, None, month_before(months.previous_month)), former_rule, actor=OPERATOR)
        set_rule(subscription, Span(product, None, months.previous_month), rule, actor=OPERATOR)
    response = client.get(overview_address(subscription), {"month": months.previous})
    assert table_rows(response)[2].startswith(f"365 Total Backup 2 +1 4 +2 {billed} 3.00 +2.00")
    assert ranking(markup(response), "Grown most", 1) == "Nobody has more."


def test_an_import_in_the_middle_is_in_all_figures_or_in_none(
    client: Client, subscription: Subscription, months: Months, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [usage(month=months.previous, object_name="Eve")]

    def count_and_import(whose: Subscription, first: date, last: date) -> None:
        count_months(whose, first, last)
        if waiting:
            take(subscription, [waiting.pop()], tmp_path)

    monkeypatch.setattr(overview_views, "count_months", count_and_import)
    found = table_rows(client.get(overview_address(subscription), {"month": months.previous}))
    assert found[2].startswith("365 Total Backup 2 +1 5 +3 5 +3")


def test_customers_who_joined_left_grew_and_shrunk_are_named(
    client: Client, subscription: Subscription, months: Months
) -> None:
    page = markup(client.get(overview_address(subscription)))
    assert ranking(page, "Joined") == "=1+1 &lt;b&gt;Ltd&lt;/b&gt; &amp; „Söhne“ +1"
    assert ranking(page, "Left") == "Gone Inc −3"
    assert ranking(page, "Grown most") == "Anchor Ltd +1"
    assert ranking(page, "Shrunk most") == "Bell −1"
    assert ranking(page, "Grown most", 1) == "Anchor Ltd +1"
    assert ranking(page, "Shrunk most", 1) == "Nobody has fewer."
    anchor = customer_ids(subscription)["Anchor Ltd"]
    assert f'href="/subscriptions/{subscription.id}/billed-users/{anchor}/?month={months.previous}"' in page
    hostile = "%3D1%2B1%20%3Cb%3ELtd%3C%2Fb%3E%20%26%20%E2%80%9ES%C3%B6hne%E2%80%9C"
    address = f"/subscriptions/{subscription.id}/usage/?month={months.previous}&amp;search={hostile}"
    assert f'href="{address}"' in page
    found = table_rows(client.get(address.replace("&amp;", "&")))
    assert found[1].startswith("=1+1 <b>Ltd</b> & „Söhne“ ")
    assert len(found) == 3


def test_five_of_each_and_how_many_more(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    months = Months(subscription)
    rows = [usage(month=months.before, customer="Stays", object_name=str(number)) for number in range(9)]
    rows += [usage(month=months.previous, customer="Stays", object_name=str(number)) for number in range(9)]
    for index in range(1, 8):
        rows += [usage(month=months.previous, customer=f"New {index}", object_name=str(number)) for number in range(index)]
    take(subscription, rows, tmp_path)
    page = markup(browse(owner).get(overview_address(subscription)))
    assert ranking(page, "Joined") == "New 7 +7 New 6 +6 New 5 +5 New 4 +4 New 3 +3 and 2 more"
    assert ranking(page, "Left") == "No customer left."


def test_the_first_month_has_nothing_to_be_compared_with(client: Client, subscription: Subscription, months: Months) -> None:
    response = client.get(overview_address(subscription, f"?month={months.before}"))
    month = f"{month_before(months.previous_month):%B %Y}"
    assert table_rows(response)[3] == f"Total 3 7 2 1.00 2.00 {month}: 7"
    said = words(response)
    assert "so that nobody can be said to have joined or left" in said
    assert "Grown most" not in said


def test_thirteen_months_are_drawn_and_told(client: Client, subscription: Subscription, months: Months) -> None:
    response = client.get(overview_address(subscription))
    page, said = markup(response), words(response)
    assert page.count('role="img" width="100%"') == 2
    former, month = month_before(months.previous_month), months.previous_month
    assert f"7 in {former:%B %Y}, 5 in {month:%B %Y}. Most: 7 in {former:%B %Y}. Least: 5 in {month:%B %Y}." in said
    assert said.count("No number for 11 of 13 months.") == 2
    rows = table_rows(response)
    start = rows.index("Month Objects Change")
    assert rows[start + 1 : start + 4] == [
        f"{month:%B %Y} 5 −2",
        f"{former:%B %Y} 7 –",
        f"{month_before(month, 2):%B %Y} No usage –",
    ]
    assert f"{month:%B %Y} 4 +2" in rows[rows.index("Month Billed users Change") :]
    assert page.count("<rect") == 4
    assert " style=" not in page


def test_what_is_not_counted_yet_is_said_and_comes_with_the_next_view(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = Months(subscription).previous_month
    take(subscription, [usage(month=f"{month_before(month, count):%Y-%m}") for count in range(4)], tmp_path)
    monkeypatch.setattr("tallybook.console.history._SECONDS", -1)
    client = browse(owner)
    first = client.get(overview_address(subscription))
    assert "3 months of these are not counted yet." in words(first)
    assert f"{month_before(month):%B %Y} Not counted yet –" in table_rows(first)
    assert f"{month_before(month):%B %Y} 1 –" in table_rows(first)
    monkeypatch.setattr("tallybook.console.history._SECONDS", 60)
    assert "not counted yet" not in words(client.get(overview_address(subscription)))


def test_a_month_that_takes_too_long_to_count_is_told(
    client: Client, subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.INSTALLATION, "report_timeout_seconds", -1)
    response = client.get(overview_address(subscription))
    assert response.status_code == 503
    assert "What was counted is kept; try again." in words(response)


def test_where_nobody_counts_users_that_is_said(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path
) -> None:
    take(subscription, [vm("srv", month=Months(subscription).previous)], tmp_path)
    response = browse(owner).get(overview_address(subscription))
    assert "No users are billed in the months that are counted." in words(response)
    assert table_rows(response)[2].startswith("Total 1 1 – – –")


def test_links_that_failed_or_were_never_called_are_named(client: Client, subscription: Subscription) -> None:
    names = ("Fine", "Failed", "Mended", "Never", "Paused", "Revoked", "Expired, and asked", "Expired, unasked")
    links = {name: make_link(subscription, name=name)[0] for name in names}
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    for name in ("Fine", "Mended"):
        note_call(subscription, links[name])
    note_call(subscription, links["Mended"], 401, "key-refused", called_at=hour_ago)
    note_call(subscription, links["Failed"], 403, "address-refused", called_at=hour_ago)
    note_call(subscription, links["Revoked"], 410, "link-revoked")
    note_call(subscription, links["Expired, and asked"], 410, "link-expired")
    with subscription_scope(subscription.id):
        pause_link(subscription, links["Paused"].saved.id, actor=OPERATOR)
        revoke_link(subscription, links["Revoked"].saved.id, actor=OPERATOR)
        for name in ("Expired, and asked", "Expired, unasked"):
            LinkGate.objects.filter(link_id=links[name].saved.id).update(expires_at=hour_ago)
    response = client.get(overview_address(subscription))
    rows = table_rows(response)
    listed = rows[rows.index("Link State Last call") + 1 :]
    assert listed == [
        "Expired, and asked Expired Refused: the link had expired , just now",
        "Failed Active Refused: the address is not on the list , 1 hour ago",
        "Paused Paused Never called",
        "Never Active Never called",
    ]
    failed = links["Failed"].saved.id
    assert f'href="/subscriptions/{subscription.id}/links/{failed}/"' in response.content.decode()


def test_ten_links_and_how_many_more(client: Client, subscription: Subscription) -> None:
    assert "There are no report links yet." in words(client.get(overview_address(subscription)))
    link, _ = make_link(subscription)
    note_call(subscription, link)
    assert "each link was called, and its last call was answered" in words(client.get(overview_address(subscription)))
    for number in range(12):
        make_link(subscription, name=f"Link {number}")
    response = client.get(overview_address(subscription))
    assert sum(row.endswith("Never called") for row in table_rows(response)) == 10
    assert "and 2 more: all links, by their last call" in words(response)


def test_imports_with_refused_rows_are_named(
    client: Client, subscription: Subscription, months: Months, tmp_path: Path
) -> None:
    assert "of no import that counts a row was refused" in words(client.get(overview_address(subscription)))
    for number in range(6):
        path = tmp_path / f"<i>{number} & Söhne.csv"
        refused = usage(month=months.previous, protected_bytes="many", object_name=str(number))
        path.write_bytes(usage_csv([usage(month=months.previous), refused]))
        take(subscription, path, tmp_path)
    response = client.get(overview_address(subscription))
    rows = table_rows(response)
    listed = rows[rows.index("File Imported Refused Rows") + 1 :]
    assert [row[:16] for row in listed] == [f"<i>{number} & Söhne.csv"[:16] for number in (5, 4, 3, 2, 1)]
    assert all(row.endswith(" 1 2") for row in listed)
    assert "and 1 more: all imports with refused rows Times are those of Europe/Malta." in words(response)


def test_a_month_without_usage_names_the_newest_with_some(client: Client, subscription: Subscription, months: Months) -> None:
    response = client.get(overview_address(subscription, f"?month={months.current}"))
    said = words(response)
    assert response.status_code == 200
    assert f"The newest month with usage is {months.previous_month:%B %Y}" in said
    assert table_rows(response) == []
    assert "Report links that failed or were never called" in said


def test_an_empty_subscription_says_how_to_import(browse: Browse, owner: User, subscription: Subscription) -> None:
    response = browse(owner).get(overview_address(subscription))
    said = words(response)
    assert response.status_code == 200
    assert f"tallybook import FILE --subscription '{subscription.name}'" in said
    assert f"{datetime.now(subscription.zone):%B %Y}, open, nothing reported yet" in said
    assert "the newest month with usage" not in said


def test_every_role_reads_it_and_home_leads_there(
    browse: Browse, viewer: User, owner: User, subscription: Subscription, months: Months
) -> None:
    for user in (viewer, owner):
        client = browse(user)
        assert client.get("/")["Location"] == overview_address(subscription)
        page = client.get(overview_address(subscription, f"?month={months.previous}")).content.decode()
        assert page.count('aria-current="page"') == 1
        assert "Anchor Ltd" in page


@pytest.mark.parametrize("rest", ["", "?month=2026-10", "?month=nonsense"])
def test_a_foreign_subscription_is_like_a_missing_one(
    browse: Browse, stranger: User, subscription: Subscription, months: Months, rest: str
) -> None:
    assert months.previous
    client = browse(stranger)
    foreign = client.get(overview_address(subscription, rest))
    missing = client.get(f"/subscriptions/{uuid4()}/overview/{rest}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    nobody = browse(None).get(overview_address(subscription))
    assert (nobody.status_code, nobody["Location"]) == (302, f"/sign-in/?next={overview_address(subscription)}")


def test_bad_input_is_said(client: Client, subscription: Subscription) -> None:
    response = client.get(overview_address(subscription), {"month": "2026-13"})
    assert response.status_code == 400
    assert "which is no month. Write it as YYYY-MM" in words(response)
    assert client.post(overview_address(subscription)).status_code == 405
