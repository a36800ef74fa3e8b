"""Deciding who is one person, and leaving somebody off the bill."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client
from tests.bookkeeping import OPERATOR, customer_ids, query, take
from tests.console.cast import Browse, Months, table_rows, words
from tests.console.test_billed_users import ANCHOR, HOSTILE, billed_address, person

from tallybook.billing.rules import RECIPE
from tallybook.billing.rules_in_force import Span, set_rule
from tallybook.console import in_doubt_page
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription, User
from tallybook.subscriptions.products import find_product

DESK = "desk@a.example"
NEW_ADDRESS = "The first is new, and the other is gone since the month before: counted as somebody else."


@pytest.fixture
def months(subscription: Subscription, tmp_path: Path) -> Months:
    """Anchor Ltd has two John Smiths and an address with two names; at the hostile customer somebody has a new address."""
    months = Months(subscription)
    before, now = {"month": months.before}, {"month": months.previous}
    rows = [
        *(person("John Smith", email, **now) for email in ("john@a.example", "smith@a.example")),
        *(person(name, DESK, **now) for name in ("<i>Desk</i>", "Front")),
        person("Mallory", "old@h.example", customer=HOSTILE, **before),
        person("Mallory", "new@h.example", customer=HOSTILE, **now),
    ]
    take(subscription, rows, tmp_path)
    return months


@pytest.fixture
def client(browse: Browse, owner: User, months: Months) -> Client:
    assert months.previous
    return browse(owner)


def address(subscription: Subscription, rest: str = "", **parameters: str) -> str:
    return billed_address(subscription, rest=f"in-doubt/{rest}?{urlencode(parameters)}")


def answer(client: Client, subscription: Subscription, customer: str, one: str, *identities: str) -> str:
    """The words of the page to which the answer leads."""
    about = "several names" if len(identities) == 1 else "same name"
    sent = {"customer": str(customer_ids(subscription)[customer]), "identity": identities, "one": one, "about": about}
    response = client.post(address(subscription, "decide"), sent, follow=True)
    assert response.status_code == 200
    return words(response)


def billed(client: Client, subscription: Subscription) -> list[str]:
    return table_rows(client.get(billed_address(subscription)))[1:-1]


def test_everybody_in_doubt_is_listed_with_why(client: Client, subscription: Subscription) -> None:
    assert table_rows(client.get(address(subscription))) == [
        "Customer Name Known by In doubt They are",
        f"=1+1 <b>Ltd</b> Mallory new@h.example old@h.example {NEW_ADDRESS} One person Different people",
        "Anchor Ltd <i>Desk</i> Front desk@a.example 2 names, counted as one person. One person Several people",
        "Anchor Ltd John Smith john@a.example smith@a.example One name, counted as 2 people. One person Different people",
    ]


def test_of_one_customer(client: Client, subscription: Subscription) -> None:
    of_one = client.get(address(subscription, customer=str(customer_ids(subscription)[HOSTILE])))
    assert [row.split(" ")[0] for row in table_rows(of_one)[1:]] == ["=1+1"]
    for nobody in ("x", "00000000-0000-0000-0000-000000000001"):
        assert client.get(address(subscription, customer=nobody)).status_code == 404
    assert client.get(address(subscription, month="2026-13")).status_code == 400


def test_two_identities_become_one_person_and_two_again(client: Client, subscription: Subscription) -> None:
    assert "Anchor Ltd 3 +3 3 0 People" in billed(client, subscription)
    said = answer(client, subscription, ANCHOR, "yes", "john@a.example", "smith@a.example")
    assert "That is noted" in said
    assert (
        "Decided Customer Known by They are From Decided by Undo Anchor Ltd john@a.example smith@a.example One person" in said
    )
    assert "One name, counted as 2 people" not in said
    assert "Anchor Ltd 2 +2 3 0 People" in billed(client, subscription)
    undone = client.post(address(subscription, "undo"), {"number": "1"}, follow=True)
    assert "The decision is undone" in words(undone)
    assert "Anchor Ltd 3 +3 3 0 People" in billed(client, subscription)


def test_names_of_one_address_become_several_people(client: Client, subscription: Subscription) -> None:
    said = answer(client, subscription, ANCHOR, "no", DESK)
    assert "A person for each name" in said
    assert "2 names, counted as one person" not in said
    assert "Anchor Ltd 4 +4 3 0 People" in billed(client, subscription)


def test_who_has_a_new_address_is_the_same_person(client: Client, subscription: Subscription) -> None:
    assert "new@h.example old@h.example One person" in answer(
        client, subscription, HOSTILE, "yes", "new@h.example", "old@h.example"
    )
    page = client.get(billed_address(subscription, customer_ids(subscription)[HOSTILE]))
    assert "0 Mallory Decided old@h.example is one person with new@h.example." in words(page)


def test_when_all_is_decided_nobody_is_in_doubt(client: Client, subscription: Subscription) -> None:
    answer(client, subscription, ANCHOR, "yes", DESK)
    answer(client, subscription, ANCHOR, "no", "john@a.example", "smith@a.example")
    said = answer(client, subscription, HOSTILE, "no", "new@h.example", "old@h.example")
    assert "Nobody is in doubt" in said
    assert "Anchor Ltd 3 +3 3 0 People" in billed(client, subscription)


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"one": "yes"}, 400, "Choose two or more of them."),
        ({"one": "no", "identity": ["john@a.example"] * 2}, 400, "Choose two or more of them."),
        ({"one": "no", "identity": "john@a.example"}, 400, "Choose two or more of them."),
        ({"one": "yes", "about": "several names"}, 400, "Choose who it is about"),
        ({"one": "yes", "identity": ["a\0", "b"]}, 400, "no address and no name"),
        ({"one": "yes", "identity": ["a", "b"], "organisation": "o" * 7000}, 400, "no address and no name"),
        ({"one": "perhaps", "identity": [DESK, "x"]}, 400, "Say whether they are one person."),
        ({"one": "yes", "identity": [DESK, "x"], "customer": "nobody"}, 404, "no such customer"),
    ],
)
def test_an_answer_that_is_none_is_refused(
    client: Client, subscription: Subscription, sent: dict[str, object], status: int, sentence: str
) -> None:
    usual = {"customer": str(customer_ids(subscription)[ANCHOR])}
    response = client.post(address(subscription, "decide"), usual | sent)
    assert response.status_code == status
    assert sentence in words(response)


def test_the_opposite_of_what_was_decided_is_refused_on_the_page(client: Client, subscription: Subscription) -> None:
    answer(client, subscription, ANCHOR, "yes", DESK)
    sent = {"customer": str(customer_ids(subscription)[ANCHOR]), "identity": DESK, "one": "no", "about": "several names"}
    response = client.post(address(subscription, "decide"), sent)
    assert response.status_code == 400
    assert "Undo that decision first." in words(response)


@pytest.mark.parametrize("number", ["7", "x", "", "9" * 30])
def test_what_is_not_there_is_not_undone(client: Client, subscription: Subscription, number: str) -> None:
    response = client.post(address(subscription, "undo"), {"number": number})
    assert response.status_code == 404
    assert "perhaps somebody has undone it" in words(response)


@pytest.fixture
def john(client: Client, subscription: Subscription) -> str:
    """The parameters of his page, as the customer's page has them."""
    page = client.get(billed_address(subscription, customer_ids(subscription)[ANCHOR])).content.decode()
    start = page.index("person/?")
    links = [part.split('"')[0].replace("&amp;", "&") for part in page[start:].split("person/?")[1:]]
    return next(link for link in links if "john%40" in link)


def test_somebody_is_left_off_the_bill_and_taken_back(client: Client, subscription: Subscription, john: str) -> None:
    his = billed_address(subscription, customer_ids(subscription)[ANCHOR], "person/")
    assert "Leave off the bill" in words(client.get(f"{his}?{john}"))
    left = client.post(f"{his}exclude?{john}", {"reason": "Our own", "owner": "Kim"}, follow=True)
    assert "still counted and shown, and not billed" in words(left)
    assert "Excluded from the bill: Our own (Kim)" in words(left)
    assert "Who answers for it" not in words(left)
    assert "Anchor Ltd 2 +2 3 0 1 People" in billed(client, subscription)
    whole = words(client.get(billed_address(subscription, customer_ids(subscription)[ANCHOR])))
    assert "Excluded 1 Counted, and not billed" in whole
    back = client.post(f"{his}include?{john}", {"number": "1"}, follow=True)
    assert "Back on the bill" in words(back)
    assert "Anchor Ltd 3 +3 3 0 People" in billed(client, subscription)


def test_an_exclusion_without_a_reason_keeps_what_was_typed(client: Client, subscription: Subscription, john: str) -> None:
    his = billed_address(subscription, customer_ids(subscription)[ANCHOR], "person/")
    response = client.post(f"{his}exclude?{john}", {"reason": " ", "owner": "Kim & Co"})
    assert response.status_code == 400
    assert "Write the reason" in words(response)
    assert 'value="Kim &amp; Co"' in response.content.decode()


def test_who_is_nobody_is_not_left_off(client: Client, subscription: Subscription, john: str) -> None:
    his = billed_address(subscription, customer_ids(subscription)[ANCHOR], "person/")
    sent = {"reason": "Ours", "owner": "Kim"}
    nobody = john.replace("john%40a.example", "smith%40a.example")
    assert client.post(f"{his}exclude?{nobody}", sent).status_code == 302
    # He is excluded now, so that nobody of that address is billed.
    assert client.post(f"{his}exclude?{nobody}", sent).status_code == 400
    unknown = client.post(f"{his}exclude?{john.replace('john', 'nobody')}", sent)
    assert unknown.status_code == 404
    assert client.post(f"{his}exclude?{john}", sent | {"reason": "\0"}).status_code == 400
    assert client.get(f"{his}?{john.replace('product=', 'product=99')}").status_code == 404


def test_of_a_name_everybody_is_left_off(client: Client, subscription: Subscription, months: Months) -> None:
    with subscription_scope(subscription.id):
        set_rule(subscription, Span(find_product("365 backup"), None, months.previous_month), RECIPE, actor=OPERATOR)
    his = billed_address(subscription, customer_ids(subscription)[ANCHOR], "person/")
    page = client.get(billed_address(subscription, customer_ids(subscription)[ANCHOR])).content.decode()
    link = next(part.split('"')[0] for part in page.split("person/?")[1:] if "john+smith" in part).replace("&amp;", "&")
    left = words(client.post(f"{his}exclude?{link}", {"reason": "Ours", "owner": "Kim"}, follow=True))
    assert "Excluded from the bill: Ours (Kim)" in left
    listed = words(client.get(address(subscription)))
    assert "Anchor Ltd john@a.example Ours Kim answers for it" in listed
    assert "Anchor Ltd smith@a.example Ours Kim answers for it" in listed


def test_who_is_left_off_is_listed_and_billed_again(client: Client, subscription: Subscription, john: str) -> None:
    his = billed_address(subscription, customer_ids(subscription)[ANCHOR], "person/")
    client.post(f"{his}exclude?{john}", {"reason": "Our own", "owner": "Kim"})
    assert "Left off the bill Customer Known by Reason" in words(client.get(address(subscription)))
    back = words(client.post(address(subscription, "include"), {"number": "1"}, follow=True))
    assert "Back on the bill" in back
    assert "Our own" not in back


def test_pages_of_customers_who_are_in_doubt_no_more_are_passed_over(
    client: Client, subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_doubt_page, "ROWS_A_PAGE", 1)
    assert "Mallory" in words(client.get(address(subscription)))
    answer(client, subscription, HOSTILE, "no", "new@h.example", "old@h.example")
    assert "Customers in doubt 2 to 2 of 2" in words(client.get(address(subscription)))
    answer(client, subscription, ANCHOR, "yes", DESK)
    answer(client, subscription, ANCHOR, "no", "john@a.example", "smith@a.example")
    assert "Of these customers nobody is in doubt any more." in words(client.get(address(subscription)))


def test_names_and_people_part_by_what_was_decided(client: Client, subscription: Subscription) -> None:
    page = billed_address(subscription, customer_ids(subscription)[ANCHOR])
    assert "Spellings" in words(client.get(page))
    answer(client, subscription, ANCHOR, "no", DESK)
    assert "Spellings" not in words(client.get(page))


def test_one_of_those_who_share_an_address_has_a_past(client: Client, subscription: Subscription, months: Months) -> None:
    answer(client, subscription, ANCHOR, "no", DESK)
    whom = urlencode({"product": "2", "organisation": "", "identity": f"front <{DESK}>"})
    his = billed_address(subscription, customer_ids(subscription)[ANCHOR], f"person/?{whom}&month={months.previous}")
    assert "Front" in words(client.get(his))


def test_a_viewer_sees_and_decides_nothing(
    browse: Browse, viewer: User, subscription: Subscription, months: Months, john: str
) -> None:
    assert months.previous
    client = browse(viewer)
    page = words(client.get(address(subscription)))
    assert "One name, counted as 2 people." in page
    assert "Different people" not in page
    his = billed_address(subscription, customer_ids(subscription)[ANCHOR], "person/")
    assert "Leave off the bill" not in words(client.get(f"{his}?{john}"))
    for refused in (
        client.post(address(subscription, "decide"), {"one": "yes"}),
        client.post(address(subscription, "undo"), {"number": "1"}),
        client.post(f"{his}exclude?{john}", {"reason": "x", "owner": "y"}),
        client.post(f"{his}include?{john}", {"number": "1"}),
    ):
        assert refused.status_code == 403
    assert query(subscription, "SELECT FROM person_decision UNION ALL SELECT FROM exclusion") == []


def test_another_subscription_is_not_found(browse: Browse, stranger: User, subscription: Subscription, months: Months) -> None:
    assert months.previous
    client = browse(stranger)
    assert client.get(address(subscription)).status_code == 404
    assert client.post(address(subscription, "undo"), {"number": "1"}).status_code == 404
