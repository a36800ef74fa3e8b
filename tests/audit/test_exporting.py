"""The log for others: JSON Lines that somebody else can verify, and CSV."""

import csv
import io
import json
from datetime import timedelta
from hashlib import sha256

import pytest
from tests.audit.tampering import head_of, log, note, note_several, tamper
from tests.conftest import TestDatabase

from tallybook.audit.acting import Actor
from tallybook.audit.exporting import CSV_COLUMNS, json_lines, log_csv
from tallybook.audit.reading import EVERYTHING, Wanted
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.models import Subscription, User


def exported(subscription: Subscription, wanted: Wanted = EVERYTHING) -> bytes:
    with subscription_scope(subscription.id):
        built = log_csv(subscription.id, wanted)
    with built.file:
        content = built.file.read()
    assert built.sha256 == sha256(content).digest()
    assert built.row_count == len(cells(content)) - 1
    return content


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


def test_lines_are_verified_without_us(database: TestDatabase, subscription: Subscription) -> None:
    note(subscription, 'Ünal "& Söhne"')
    note_several(subscription, 3)
    tamper(database, "DELETE FROM audit_detail WHERE subscription_id = %s AND number = 2", subscription.id)
    with subscription_scope(subscription.id):
        *lines, last = [json.loads(line) for line in json_lines(subscription.id)]
    previous = "0" * 64
    for line in lines:
        text = json.dumps(line["event"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert line["event"]["previous"] == previous
        assert (previous := sha256(text.encode()).hexdigest()) == line["hash"]
        if line["detail"]:
            text = json.dumps(line["detail"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            commitment = sha256(bytes.fromhex(line["salt"]) + text.encode()).hexdigest()
            assert commitment == line["event"]["detail_commitment"]
    assert [line["detail"] is None for line in lines] == [False, True, False, False]
    assert last == {"head": str(head_of(subscription))} == {"head": f"4:{previous}"}


def test_csv_is_by_the_standard_and_loses_nothing(database: TestDatabase, subscription: Subscription, owner: User) -> None:
    name = '=Anker,\r\n"GmbH"'
    note(subscription, name, Actor.person(owner.id, owner.email, "192.0.2.7"))
    note_several(subscription, 1)
    tamper(database, "DELETE FROM audit_detail WHERE subscription_id = %s AND number = 3", subscription.id)
    content = exported(subscription)
    head, erased, renamed, granted = cells(content)
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == 4
    assert tuple(head) == CSV_COLUMNS
    told = dict(zip(head, renamed, strict=True))
    assert json.loads(told["After"]) == {"name": name}
    assert (told["Actor"], told["Actor ID"], told["Address"]) == (owner.email, str(owner.id), "192.0.2.7")
    assert (erased[0], erased[3], erased[12], granted[6]) == ("3", "", "Yes", "role.granted")


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (EVERYTHING, [3, 2, 1]),
        (Wanted(action="customer.renamed"), [3, 2]),
        (Wanted(actor="operator:tester"), [3, 1]),
        (Wanted(action="nothing.done"), []),
    ],
)
def test_csv_has_what_is_wanted(subscription: Subscription, owner: User, wanted: Wanted, numbers: list[int]) -> None:
    note(subscription, actor=Actor.person(owner.id, owner.email, "192.0.2.7"))
    note(subscription)
    rows = cells(exported(subscription, wanted))[1:]
    assert [int(row[0]) for row in rows] == numbers
    assert all(len(row) == len(CSV_COLUMNS) for row in rows)


def test_times_include_the_first_and_exclude_the_last(subscription: Subscription) -> None:
    note_several(subscription, 2)
    first, second = (one.event.occurred_at for one in log(subscription))
    assert len(cells(exported(subscription, Wanted(since=first, until=second)))) == 2
    assert len(cells(exported(subscription, Wanted(since=first, until=second + timedelta(microseconds=1))))) == 3
    assert len(cells(exported(subscription, Wanted(until=first)))) == 1
