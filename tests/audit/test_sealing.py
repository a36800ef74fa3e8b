"""What is hashed, compared with fixed examples: a change of them would break every log that there is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest

from tallybook.audit.sealing import NO_EVENTS, Detail, Event, Head, canonical
from tallybook.errors import Refused

DETAIL = Detail(
    salt=b"\x01" * 32,
    actor_name="clerk@msp.example",
    address="192.0.2.7",
    subject_name="Müller & Söhne",
    before={"name": "Müller", "number": 3},
    after={"number": 4, "name": "Müller & Söhne \u2028\n", "list": ["b", "a"], "none": None, "yes": True},
)
EVENT = Event(
    subscription_id=UUID("11111111-2222-3333-4444-555555555555"),
    number=1,
    occurred_at=datetime(2026, 11, 25, 8, 30, 1, 250, tzinfo=UTC),
    actor_kind="person",
    actor_id=UUID("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"),
    action="customer.renamed",
    subject_kind="customer",
    subject_id="c-1",
    detail_commitment=bytes.fromhex("ab" * 32),
)


def test_an_event_is_hashed_over_exactly_this_text() -> None:
    text = (
        '{"action":"customer.renamed","actor_id":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","actor_kind":"person",'
        '"detail_commitment":"' + "ab" * 32 + '","format":"tallybook-audit-1","number":1,'
        '"occurred_at":"2026-11-25T08:30:01.000250Z","previous":"' + "00" * 32 + '","subject_id":"c-1",'
        '"subject_kind":"customer","subscription_id":"11111111-2222-3333-4444-555555555555"}'
    )
    assert canonical(EVENT.facts(bytes(32))).decode() == text
    assert EVENT.hash(bytes(32)) == sha256(text.encode()).digest()
    assert EVENT.hash(b"\x01" * 32) != EVENT.hash(bytes(32))


def test_a_detail_is_committed_to_over_exactly_this_text() -> None:
    text = (
        '{"actor_name":"clerk@msp.example","address":"192.0.2.7",'
        '"after":{"list":["b","a"],"name":"Müller & Söhne \u2028\\n","none":null,"number":4,"yes":true},'
        '"before":{"name":"Müller","number":3},"subject_name":"Müller & Söhne"}'
    )
    assert canonical(DETAIL.facts()).decode() == text
    assert DETAIL.commitment() == sha256(b"\x01" * 32 + text.encode()).digest()
    assert replace(DETAIL, salt=b"\x02" * 32).commitment() != DETAIL.commitment()


def test_the_zone_of_a_time_changes_nothing() -> None:
    there = EVENT.occurred_at.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert there.hour != EVENT.occurred_at.hour
    assert replace(EVENT, occurred_at=there).hash(bytes(32)) == EVENT.hash(bytes(32))


@pytest.mark.parametrize("value", [1.5, {"inner": 1.0}, [0.1], ["a", {"b": [2.0]}], {1: "a"}, datetime(2026, 1, 1, tzinfo=UTC)])
def test_what_has_more_than_one_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical({"value": value})
    assert json.loads(canonical({"value": "1.5"})) == {"value": "1.5"}


def test_a_head_is_read_as_it_is_written() -> None:
    head = Head(42, bytes.fromhex("ab" * 32))
    assert str(head) == "42:" + "ab" * 32
    assert Head.parse(f" {head}\n") == head
    assert Head.parse(str(NO_EVENTS)) == NO_EVENTS


@pytest.mark.parametrize("text", ["", "42", "42:", ":" + "ab" * 32, "42:" + "ab" * 31, "-1:" + "ab" * 32, "x:" + "zz" * 32])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is no head of an audit log") as refused:
        Head.parse(text)
    assert "NUMBER:HASH" in str(refused.value)
