"""The page Audit, and its CSV."""

import csv
import io
from base64 import b64encode
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.audit.tampering import ANCHOR, note, note_several, tamper
from tests.bookkeeping import OPERATOR
from tests.conftest import PASSWORD, TestDatabase
from tests.console.cast import Answer, Browse, markup, words

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.recording import record
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Role, Subscription, User
from tallybook.subscriptions.people import create_user, grant_role


def address(subscription: Subscription, rest: str = "") -> str:
    return f"/subscriptions/{subscription.id}/audit/{rest}"


def numbers(response: Answer) -> list[int]:
    """The numbers of the events that a page shows."""
    cells = markup(response).split('<td class="number" role="cell">')[1:]
    return [int(cell.split("<")[0].replace(",", "")) for cell in cells]


def content(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


@pytest.fixture
def logged(subscription: Subscription, owner: User, viewer: User) -> Subscription:
    """Two roles that the operator gave, then two events of the owner."""
    assert viewer.pk
    actor = Actor.person(owner.id, owner.email, "2001:db8::7")
    note(subscription, "Anker & <b>Söhne</b>", actor)
    with subscription_scope(subscription.id):
        link = Subject("report-link", "7", "ConnectWise")
        values = {"paused": False, "addresses": ["192.0.2.0/24"], "pace_seconds": 1300}
        record(subscription.id, actor, "link.created", link, before=None, after=values)
    return subscription


def test_it_says_who_did_what_when_from_where_and_which_values(browse: Browse, logged: Subscription, owner: User) -> None:
    response = browse(owner).get(address(logged))
    said = words(response)
    assert response.status_code == 200
    assert numbers(response) == [4, 3, 2, 1]
    assert f"{owner.email} 2001:db8::7 Renamed the customer Anchor Ltd Values of event 3" in said
    assert "Name Anchor Ltd → Anker & <b>Söhne</b>" in said
    assert "Created the report link ConnectWise Addresses 192.0.2.0/24 Pace, in seconds 1,300 Paused No" in said
    assert f"tester a command on the server Gave a role to {owner.email} Role owner" in said
    assert "Who changed what, last just now" in said
    assert "<b>Söhne" not in response.content.decode()


def test_times_are_the_subscriptions_own(
    browse: Browse, database: TestDatabase, subscription: Subscription, owner: User
) -> None:
    moment = "UPDATE audit_event SET occurred_at = '2026-07-31T22:30:00.5Z' WHERE subscription_id = %s AND number = 1"
    tamper(database, moment, subscription.id)
    client = browse(owner)
    response = client.get(address(subscription))
    assert "Times are those of Europe/Malta." in words(response)
    assert 'title="2026-07-31 22:30:00 UTC">1 Aug 2026, 00:30:00</time>' in markup(response)
    assert '<time datetime="2026-07-31T22:30:00Z"' in markup(response)
    assert numbers(client.get(address(subscription, "?from=2026-08-01&to=2026-08-01"))) == [1]
    assert numbers(client.get(address(subscription, "?to=2026-07-31"))) == []
    assert numbers(client.get(address(subscription, "?from=2026-08-02"))) == []


def test_it_is_filtered_by_action_and_person(browse: Browse, logged: Subscription, owner: User) -> None:
    client = browse(owner)
    page = client.get(address(logged))
    assert f'<option value="person:{owner.id}">{owner.email}</option>' in markup(page)
    assert '<option value="role.granted">Role granted</option>' in markup(page)
    assert '<option value="operator:tester">tester (on the server)</option>' in markup(page)
    narrowed = client.get(address(logged), {"who": f"person:{owner.id}", "action": "link.created"})
    assert numbers(narrowed) == [4]
    assert '<option value="link.created" selected>Link created</option>' in markup(narrowed)
    assert "1 event of this choice ( show all )" in words(narrowed)
    assert numbers(client.get(address(logged), {"who": "operator:tester"})) == [2, 1]


def test_a_choice_without_events_says_so(browse: Browse, logged: Subscription, owner: User) -> None:
    for query in ({"action": "nothing.done"}, {"who": "x"}, {"from": "2999-12-31"}, {"to": "2000-01-01"}):
        response = browse(owner).get(address(logged), query)
        assert response.status_code == 200
        assert "Nothing in the log fits this choice. Show all events" in words(response)
        assert "CSV" not in words(response)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"from": "yesterday"}, "This is no day. Write it as YYYY-MM-DD."),
        ({"to": "2026-02-30"}, "This is no day. Write it as YYYY-MM-DD."),
        ({"from": "0001-01-01"}, "Choose a year from 2000 to 2999."),
        ({"to": "9999-12-31"}, "Choose a year from 2000 to 2999."),
        ({"from": "2026-10-02", "to": "2026-10-01"}, "The last day is before the first one."),
    ],
)
def test_a_day_that_is_none_is_said_at_its_field(
    browse: Browse, logged: Subscription, owner: User, query: dict[str, str], said: str
) -> None:
    for rest in ("", "download"):
        response = browse(owner).get(address(logged, rest), query)
        assert response.status_code == 400
        assert said in words(response)
        for name, sent in query.items():
            assert f'name="{name}" type="date" value="{sent}"' in markup(response)
        assert numbers(response) == []


def test_a_log_without_events_says_what_will_be_there(
    browse: Browse, database: TestDatabase, subscription: Subscription, owner: User
) -> None:
    for table in ("audit_detail", "audit_event"):
        tamper(database, f"DELETE FROM {table} WHERE subscription_id = %s", subscription.id)
    said = words(browse(owner).get(address(subscription)))
    assert "Nothing recorded yet" in said
    assert "Imports, renamed customers and roles that are given will be listed here" in said
    assert "CSV" not in said


def test_fifty_events_a_page(browse: Browse, subscription: Subscription, owner: User) -> None:
    note_several(subscription, 119)
    client = browse(owner)
    first, last, beyond = (client.get(address(subscription), {"page": page}) for page in ("1", "3", "99"))
    assert numbers(first) == list(range(120, 70, -1))
    assert "Events 1 to 50 of 120" in words(first)
    assert ("Older" in words(first), "Newer" in words(first)) == (True, False)
    assert numbers(last) == numbers(beyond) == list(range(20, 0, -1))
    assert numbers(client.get(address(subscription), {"page": "x"})) == numbers(first)


def test_queries_do_not_grow_with_events(browse: Browse, subscription: Subscription, owner: User) -> None:
    client = browse(owner)
    asked = []
    for number in (1, 100):
        note_several(subscription, number)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(subscription)).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[0] <= 30


def test_what_was_erased_is_told_as_that(browse: Browse, database: TestDatabase, logged: Subscription, owner: User) -> None:
    tamper(database, "DELETE FROM audit_detail WHERE subscription_id = %s AND number IN (1, 3, 4)", logged.id)
    response = browse(owner).get(address(logged))
    assert "Erased Renamed the customer (name and values erased)" in words(response)
    assert "Erased a command on the server Gave a role to (name and values erased)" in words(response)
    assert f'<option value="person:{owner.id}">Erased, {str(owner.id)[:8]}</option>' in markup(response)
    assert '<option value="operator:">Erased, on the server</option>' in markup(response)
    assert numbers(browse(owner).get(address(logged), {"who": f"person:{owner.id}"})) == [4, 3]


def test_csv_has_what_is_filtered_whole(browse: Browse, subscription: Subscription, owner: User) -> None:
    note_several(subscription, 60)
    response = browse(owner).get(address(subscription, "download?action=customer.renamed&page=2"))
    body = content(response)
    rows = list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="audit-log.csv"'
    assert response["Tallybook-Row-Count"] == "60"
    assert response["Content-Length"] == str(len(body))
    assert response["Repr-Digest"] == f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"
    assert [row["Number"] for row in rows] == [str(number) for number in range(61, 1, -1)]
    assert body.count(b"\r\n") == body.count(b"\n") == 61


@pytest.mark.parametrize("rest", ["", "download"])
def test_roles_that_may_read_it(browse: Browse, logged: Subscription, owner: User, viewer: User, rest: str) -> None:
    clerk = create_user(f"{uuid4()}@msp.example", PASSWORD)
    grant_role(logged, clerk, Role.BILLING, actor=OPERATOR)
    for reader in (owner, clerk):
        response = browse(reader).get(address(logged, rest))
        assert response.status_code == 200
        response.close()
    refused = browse(viewer).get(address(logged, rest))
    assert refused.status_code == 403
    assert "Not allowed This is for the owner or billing of a subscription, and you are its viewer." in words(refused)
    assert "Anchor" not in refused.content.decode()


def test_the_menu_names_it_to_those_who_may_read_it(browse: Browse, logged: Subscription, owner: User, viewer: User) -> None:
    usage = f"/subscriptions/{logged.id}/usage/"
    link = f'href="{address(logged)}"'
    assert link in browse(owner).get(usage).content.decode()
    assert link not in browse(viewer).get(usage).content.decode()
    assert markup(browse(owner).get(address(logged))).count('aria-current="page">Audit') == 1


@pytest.mark.parametrize("rest", ["", "download", "?from=nonsense"])
def test_a_foreign_log_is_like_a_missing_one(browse: Browse, logged: Subscription, stranger: User, rest: str) -> None:
    client = browse(stranger)
    foreign = client.get(address(logged, rest))
    missing = client.get(f"/subscriptions/{uuid4()}/audit/{rest}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


@pytest.mark.parametrize("rest", ["", "download"])
def test_nobody_signs_in_first_and_other_methods_are_refused(
    browse: Browse, logged: Subscription, owner: User, rest: str
) -> None:
    response = browse(None).get(address(logged, rest))
    assert (response.status_code, response["Location"]) == (302, f"/sign-in/?next={address(logged, rest)}")
    refused = browse(owner).post(address(logged, rest))
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


def test_a_value_that_is_gone_is_told_as_nothing(browse: Browse, subscription: Subscription, owner: User) -> None:
    with subscription_scope(subscription.id):
        record(subscription.id, OPERATOR, "link.changed", ANCHOR, before={"note": "old"}, after={"note": None})
    assert "Changed the customer Anchor Ltd Values of event 2 Value Before After Note old → nothing" in words(
        browse(owner).get(address(subscription))
    )
    assert numbers(browse(owner).get(address(subscription))) == [2, 1]
