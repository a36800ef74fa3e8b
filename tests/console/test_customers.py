"""The list of customers, the page of one, and changing what is written down about it."""

# ruff: noqa: RUF001 - the pages have real minus signs and dashes

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.bookkeeping import OPERATOR, customer_ids, ledger, query, take, usage
from tests.console.cast import Browse, Months, fill_customers, markup, page_address, table_rows, words
from tests.console.customer_cast import (
    ANCHOR,
    HOSTILE,
    RIGHT_TO_LEFT,
    customer_address,
    customers_address,
    fill_objects,
    object_address,
)
from tests.links.made_links import make_link

from tallybook.billing.counting import count_months
from tallybook.console import objects_page
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.customer_facts import CustomerFacts, set_notes, set_reference
from tallybook.subscriptions.customers import alias_customer, customer_aliases
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import grant_role
from tallybook.usage.months import parse_month

Write = Callable[..., object]


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    return fill_objects(subscription, tmp_path)


@pytest.fixture
def client(browse: Browse, owner: User, months: Months) -> Client:
    assert months.previous
    return browse(owner)


def written(subscription: Subscription, change: Write, name: str, text: str) -> None:
    with subscription_scope(subscription.id):
        change(subscription, name, text, actor=OPERATOR)


def facts(subscription: Subscription, customer_id: object) -> CustomerFacts:
    statement = "SELECT name, reference, notes FROM customer WHERE id = %s"
    return CustomerFacts(*query(subscription, statement, str(customer_id))[0])


def form(seen: CustomerFacts, **changes: str) -> dict[str, str]:
    """What a browser sends of the form that was opened on these facts."""
    return {f"seen_{fact}": text for fact, text in seen._asdict().items()} | seen._asdict() | changes


def test_the_list_has_the_newest_month_with_usage(client: Client, subscription: Subscription, months: Months) -> None:
    make_link(subscription)
    make_link(subscription, customer_ids=(customer_ids(subscription)[ANCHOR],))
    written(subscription, set_reference, ANCHOR, "A-17")
    response = client.get(customers_address(subscription))
    short, before = (f"{month:%b %Y}" for month in (months.previous_month, parse_month(months.before, "month")))
    assert f"{months.previous_month:%B %Y}, open" in words(response)
    assert table_rows(response) == [
        "Customer Customer Reference Organisations Objects First month Last month Links",
        f"{HOSTILE} – 0 1 +1 {short} {short} 1",
        f"{ANCHOR} A-17 2 2 +1 {before} {short} 2",
        f"{RIGHT_TO_LEFT} – 0 0 −1 {before} {before} 1",
        "Total 2 3 +1",
    ]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "=Aש"),
        ("-name", "שA="),
        ("-objects", "A=ש"),
        ("-organisations", "A=ש"),
        ("first", "Aש="),
        ("-last", "=Aש"),
        ("links", "=Aש"),
        ("reference", "A=ש"),
        ("-reference", "A=ש"),
        ("nonsense", "=Aש"),
    ],
)
def test_the_address_sorts(client: Client, subscription: Subscription, sort: str, order: str) -> None:
    written(subscription, set_reference, ANCHOR, "A-17")
    response = client.get(customers_address(subscription, sort=sort))
    assert "".join(row[0] for row in table_rows(response)[1:-1]) == order


@pytest.mark.parametrize("text", ["anchor", "ANKER", "a-17", "  Anker  GmbH "])
def test_customers_are_searched_by_name_alias_and_reference(client: Client, subscription: Subscription, text: str) -> None:
    written(subscription, set_reference, ANCHOR, "A-17")
    written(subscription, alias_customer, ANCHOR, "Anker GmbH")
    rows = table_rows(client.get(customers_address(subscription, search=text)))
    assert [row.split()[0] for row in rows] == ["Customer", "Anchor", "Total"]
    assert "also Anker GmbH" in rows[1]


def test_no_match_is_told_from_nothing_yet(client: Client, subscription: Subscription) -> None:
    nobody = client.get(customers_address(subscription, search="<b>nobody"))
    assert "No customer has “&lt;b&gt;nobody” in the name" in nobody.content.decode()
    assert "No customers yet" not in words(nobody)


def test_without_customers_the_list_says_how_they_come(browse: Browse, owner: User, subscription: Subscription) -> None:
    said = words(browse(owner).get(customers_address(subscription)))
    assert "No customers yet" in said
    assert "tallybook import FILE" in said


def test_fifty_customers_a_page(browse: Browse, owner: User, subscription: Subscription, tmp_path: Path) -> None:
    fill_customers(subscription, tmp_path, 120)
    client = browse(owner)
    first, last, beyond = (client.get(customers_address(subscription, page=page)) for page in ("1", "3", "99"))
    assert len(table_rows(first)) == 52
    assert "Customers 101 to 120 of 120" in words(last)
    assert table_rows(last)[-1] == "Total of all pages 0 120"
    assert table_rows(beyond) == table_rows(last)


def test_queries_and_bytes_do_not_grow_with_customers(
    browse: Browse, subscription: Subscription, other_subscription: Subscription, owner: User, tmp_path: Path
) -> None:
    grant_role(other_subscription, owner, Role.VIEWER, actor=OPERATOR)
    client, asked = browse(owner), {}
    for one, number in ((subscription, 40), (other_subscription, 2000)):
        fill_customers(one, tmp_path, number)
        make_link(one, customer_ids=tuple(customer_ids(one).values()))
        pages = {
            "list": customers_address(one),
            "customer": customer_address(one, "Customer 0007"),
            "objects": customers_address(one, "objects/"),
            "search": f"/subscriptions/{one.id}/search/?q=customer",
        }
        for name, address in pages.items():
            with CaptureQueriesContext(connection) as queries:
                response = client.get(address)
            assert response.status_code == 200
            assert len(response.content) < 100_000
            asked[number, name] = len(queries)
    for name in ("list", "objects", "search"):
        assert asked[40, name] == asked[2000, name]
    # The other subscription's viewer reads no audit log.
    assert asked[40, "customer"] - asked[2000, "customer"] == 1
    assert max(asked.values()) <= 40


def test_names_in_usage_details_lead_to_the_customer(client: Client, subscription: Subscription) -> None:
    assert f'<a href="{customer_address(subscription)}">{ANCHOR}</a>' in markup(client.get(page_address(subscription)))


def test_the_page_of_a_customer(client: Client, subscription: Subscription, months: Months) -> None:
    written(subscription, set_reference, ANCHOR, "A-17")
    written(subscription, set_notes, ANCHOR, "<script>alert(1)</script>\nsecond line")
    written(subscription, alias_customer, ANCHOR, "Anker <GmbH>")
    make_link(subscription, name="PSA")
    make_link(subscription, name="Other", customer_ids=(customer_ids(subscription)[HOSTILE],))
    count_months(subscription, months.previous_month, months.previous_month)
    response = client.get(customer_address(subscription))
    said, page = words(response), response.content.decode()
    before = f"{parse_month(months.before, 'month'):%B %Y}"
    assert f"Usage until {months.previous_month:%B %Y}, last change just now" in said
    assert "Customer Reference A-17" in said
    assert str(customer_ids(subscription)[ANCHOR]) in said
    assert f"Organisations, with their objects of {months.previous_month:%B %Y} a.example · 1 b.example · 1" in said
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nsecond line" in page
    assert "Anker &lt;GmbH&gt;" in page
    assert table_rows(response) == [
        "Month 365 Total Backup Billed users Protected (KiB) Stored",
        f"{months.previous_month:%B %Y} 2 +1 2 2.00 –",
        f"{before} 1 – Count the billed users of {before} 1.00 –",
        "Name State Customers Period Last call",
        "PSA Active All October 2026 Never",
        *table_rows(response)[5:],
    ]
    changes = table_rows(response)[5:]
    assert changes[0] == "When Who What"
    assert "Added an alias of the customer Anchor Ltd Alias Anker <GmbH>" in changes[1]
    assert "Changed the notes about the customer Anchor Ltd" in changes[2]


def test_a_viewer_sees_and_changes_nothing(browse: Browse, viewer: User, subscription: Subscription, months: Months) -> None:
    assert months.previous
    written(subscription, alias_customer, ANCHOR, "Anker GmbH")
    client, before = browse(viewer), ledger(subscription)
    said = words(client.get(customer_address(subscription)))
    assert "Anker GmbH" in said
    for absent in ("Edit", "Add alias", "Remove", "Last changes"):
        assert absent not in said
    for rest in ("edit/", "aliases/remove/?alias=Anker+GmbH"):
        assert client.get(customer_address(subscription, rest=rest)).status_code == 403
    seen = CustomerFacts(ANCHOR, "", "")
    for rest, sent in (
        ("edit/", form(seen, name="Stolen")),
        ("aliases/add", {"alias": "x"}),
        ("aliases/remove/", {"alias": "Anker GmbH"}),
    ):
        assert client.post(customer_address(subscription, rest=rest), sent).status_code == 403
    assert ledger(subscription) == before


def test_a_billing_clerk_changes_a_customer(browse: Browse, viewer: User, subscription: Subscription, months: Months) -> None:
    assert months.previous
    grant_role(subscription, viewer, Role.BILLING, actor=OPERATOR)
    client, anchor = browse(viewer), customer_ids(subscription)[ANCHOR]
    sent = form(CustomerFacts(ANCHOR, "", ""), name=" Anker GmbH ", reference="A-17", notes="one\r\ntwo")
    response = client.post(customer_address(subscription, rest="edit/"), sent, follow=True)
    assert facts(subscription, anchor) == CustomerFacts("Anker GmbH", "A-17", "one\ntwo")
    assert "Files that use the former name go on to find this customer." in words(response)
    again = client.post(customers_address(subscription, f"{anchor}/edit/"), sent, follow=True)
    assert "Nothing was changed." in words(again)
    ((actor,),) = query(
        subscription,
        "SELECT DISTINCT d.actor_name FROM audit_event e JOIN audit_detail d USING (subscription_id, number) "
        "WHERE subject_id = %s",
        str(anchor),
    )
    assert actor == viewer.email


def test_who_saves_second_sees_both_and_may_save_again(client: Client, subscription: Subscription) -> None:
    anchor, seen = customer_ids(subscription)[ANCHOR], CustomerFacts(ANCHOR, "", "first\nnotes")
    written(subscription, set_notes, ANCHOR, seen.notes)
    address = customer_address(subscription, rest="edit/")
    written(subscription, set_reference, ANCHOR, "<theirs>")
    response = client.post(address, form(seen, reference="mine", notes="first\r\nnotes\r\nmore"))
    assert response.status_code == 409
    assert facts(subscription, anchor).reference == "<theirs>"
    page = response.content.decode()
    assert "Somebody changed this customer while you had it open" in page
    assert '<div class="notes">&lt;theirs&gt;</div>' in page
    assert 'value="mine"' in page
    assert "first\nnotes\nmore</textarea>" in page
    assert 'name="seen_reference" value="&lt;theirs&gt;"' in markup(response)
    now = seen._replace(reference="<theirs>")
    assert client.post(address, form(now, reference="mine")).status_code == 302
    assert facts(subscription, anchor) == seen._replace(reference="mine")


@pytest.mark.parametrize(
    ("fact", "text", "problem"),
    [
        ("name", HOSTILE.upper(), "is a name of the customer"),
        ("name", "  ", "The name of the customer is empty"),
        ("name", "x" * 201, "has 201 characters"),
        ("name", "a\0b", "control character"),
        ("reference", "x" * 201, "has 201 characters"),
        ("notes", "x" * 4001, "Use 4,000 or fewer"),
    ],
)
def test_what_cannot_be_saved_is_said_at_the_field(
    client: Client, subscription: Subscription, fact: str, text: str, problem: str
) -> None:
    before, seen = ledger(subscription), CustomerFacts(ANCHOR, "", "")
    other = "reference" if fact == "notes" else "notes"
    response = client.post(customer_address(subscription, rest="edit/"), form(seen, **{fact: text, other: "kept"}))
    assert response.status_code == 400
    assert problem in words(response)
    assert f'id="{fact}-error"' in response.content.decode()
    assert "kept" in response.content.decode()
    assert ledger(subscription) == before


def test_an_alias_is_added_and_removed(client: Client, subscription: Subscription) -> None:
    added = client.post(customer_address(subscription, rest="aliases/add"), {"alias": "50% & <b>"}, follow=True)
    assert "The alias is added" in words(added)
    assert "aliases/remove/?alias=50%25%20%26%20%3Cb%3E" in added.content.decode()
    remove = customer_address(subscription, rest="aliases/remove/")
    asked = client.get(remove, {"alias": "50% & <b>"})
    assert "makes a new customer of that name" in words(asked)
    assert "50% &amp; &lt;b&gt;" in asked.content.decode()
    assert "The alias is removed." in words(client.post(remove, {"alias": "50% & <b>"}, follow=True))
    assert "There is no such alias any more" in words(client.post(remove, {"alias": "50% & <b>"}, follow=True))
    assert client.get(remove, {"alias": "50% & <b>"}).status_code == 404
    with subscription_scope(subscription.id):
        assert customer_aliases(subscription) == {}


@pytest.mark.parametrize("alias", ["", HOSTILE, "a\nb", "a\0b", "x" * 201])
def test_an_alias_that_cannot_be_added_is_said(client: Client, subscription: Subscription, alias: str) -> None:
    before = ledger(subscription)
    response = client.post(customer_address(subscription, rest="aliases/add"), {"alias": alias})
    assert response.status_code == 400
    assert 'id="alias-error"' in response.content.decode()
    assert ledger(subscription) == before


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("rest", ["", "edit/", "aliases/remove/?alias=x", "objects/", f"objects/{UUID(int=7)}/"])
def test_a_foreign_customer_is_like_a_missing_one(
    browse: Browse, stranger: User, subscription: Subscription, other_subscription: Subscription, rest: str
) -> None:
    client, anchor = browse(stranger), customer_ids(subscription)[ANCHOR]
    answers = [client.get(customers_address(other_subscription, f"{one}/{rest}")) for one in (anchor, uuid4())] + [
        client.get(customers_address(one, f"{anchor}/{rest}")) for one in (subscription,)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert answers[0].content == answers[1].content
    assert ANCHOR not in answers[2].content.decode()


@pytest.mark.usefixtures("months")
@pytest.mark.parametrize("rest", ["edit/", "aliases/add", "aliases/remove/"])
def test_a_foreign_customer_is_not_changed(
    browse: Browse, stranger: User, subscription: Subscription, other_subscription: Subscription, rest: str
) -> None:
    before, client = ledger(subscription), browse(stranger)
    sent = form(CustomerFacts(ANCHOR, "", ""), name="Stolen", alias="Stolen")
    for one in (subscription, other_subscription):
        answer = client.post(customers_address(one, f"{customer_ids(subscription)[ANCHOR]}/{rest}"), sent)
        # An alias that is not there was removed by somebody; that of somebody else's customer too is not there.
        assert answer.status_code == 404
    assert ledger(subscription) == before


@pytest.mark.parametrize("rest", ["", "objects/"])
def test_nobody_is_sent_to_sign_in(browse: Browse, subscription: Subscription, rest: str) -> None:
    response = browse(None).get(customers_address(subscription, rest))
    assert (response.status_code, response["Location"]) == (302, f"/sign-in/?next={customers_address(subscription, rest)}")


def test_other_methods_are_refused(client: Client, subscription: Subscription) -> None:
    for rest, post in (("", True), ("aliases/add", False), ("objects/", True)):
        address = customer_address(subscription, rest=rest)
        assert (client.post(address) if post else client.get(address)).status_code == 405
    assert client.post(customers_address(subscription)).status_code == 405


def test_the_list_of_objects_of_a_month(client: Client, subscription: Subscription, months: Months) -> None:
    response = client.get(customer_address(subscription, rest="objects/"))
    day = f"7 {months.previous_month:%b %Y}"
    assert table_rows(response) == [
        "Object Type Organisation Licence Deleted Last backup Protected (KiB) Stored",
        "<i>Bob</i> OneDrive 365 Total Backup b.example – Yes – – –",
        f"Ann Bell ann@a.example Mailbox 365 Total Backup a.example Business Basic – {day} 2.00 –",
        "Total 2.00 –",
    ]
    everybody = client.get(customers_address(subscription, "objects/", month=months.before))
    assert [row.split(" ")[0] for row in table_rows(everybody)] == ["Object", "Ann", "Gone", "Total"]


def test_objects_are_narrowed_and_no_match_is_told_from_none(
    client: Client, subscription: Subscription, months: Months
) -> None:
    address = customer_address(subscription, rest="objects/")
    found = client.get(address, {"search": "ANN@", "type": "Mailbox", "organisation": ""})
    assert [row.split(" ")[0] for row in table_rows(found)[1:-1]] == ["Ann"]
    assert '<option value="Mailbox" selected' in markup(found)
    for narrowed in ({"search": "x\0"}, {"product": "x"}, {"product": "99999999"}, {"organisation": "x"}, {"type": "\0"}):
        none = client.get(address, narrowed)
        assert none.status_code == 200
        assert "fits this choice" in words(none), narrowed
    gone = client.get(customer_address(subscription, RIGHT_TO_LEFT, "objects/", month=months.previous))
    assert "There is usage of this month, and none of this customer." in words(gone)
    assert "Use 200 or fewer" in words(client.get(address, {"search": "x" * 10_000}))
    assert client.get(address, {"month": "2026-13"}).status_code == 400


def test_a_month_is_paged_through_so_far_and_no_further(
    browse: Browse, owner: User, subscription: Subscription, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = Months(subscription)
    take(subscription, [usage(month=months.previous, object_name=f"Object {one:03}") for one in range(120)], tmp_path)
    monkeypatch.setattr(objects_page, "PAGED_AT_MOST", 100)
    client = browse(owner)
    second, beyond = (client.get(customers_address(subscription, "objects/", page=page)) for page in ("2", "3"))
    assert table_rows(second) == table_rows(beyond)
    assert [row.split(" ")[1] for row in table_rows(second)[1:-1]][-1] == "099"
    assert "120 objects. The first 100 of them can be paged through" in words(second)


def test_the_page_of_an_object(client: Client, subscription: Subscription, months: Months, tmp_path: Path) -> None:
    take(
        subscription,
        [usage(month=months.previous, organisation="a.example", object_details="ann@a.example", licence="E5")],
        tmp_path,
    )
    response = client.get(object_address(subscription, "Ann Bell"))
    head, newest, before, former_head, former = table_rows(response)
    assert head == "Month Licence Deleted Invoice Days Last and first backup Protected (KiB) Stored Said by"
    assert newest.startswith(f"{months.previous_month:%b %Y} E5 – – ")
    assert "import 2, line 2" in newest
    assert "import 1, line 2" in before
    assert former_head.endswith("Said by Replaced by")
    assert "Business Basic" in former
    assert former.endswith("import 2")
    hostile = client.get(object_address(subscription, "<i>Bob</i>"))
    assert '<h1 class="wrap">&lt;i&gt;Bob&lt;/i&gt;</h1>' in markup(hostile)


def test_an_object_of_another_customer_is_not_there(client: Client, subscription: Subscription) -> None:
    key = object_address(subscription, "=SUM(A1)").split("/")[-2]
    assert client.get(customer_address(subscription, rest=f"objects/{key}/")).status_code == 404
    assert client.get(customer_address(subscription, HOSTILE, f"objects/{key}/")).status_code == 200
