"""When two rows are about one object."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bookkeeping import counts, reported, usage

from tallybook.metering.summary import Summary
from tallybook.subscriptions.models import Subscription
from tallybook.usage.identity import kind_prefix, object_key

Take = Callable[..., Summary]
ANN = {"object_name": "Ann Bell", "object_details": "ann@anchor.example"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(ANN, ANN | {"object_name": "ANN BELL"}, id="letter case of the name"),
        pytest.param(ANN, ANN | {"object_details": "Ann@Anchor.Example"}, id="letter case of the details"),
        pytest.param(ANN, ANN | {"object_type": "MAILBOX"}, id="letter case of the type"),
        pytest.param({"object_name": "Straße"}, {"object_name": "STRASSE"}, id="sharp s"),
        pytest.param(
            {"object_id": "7", "object_name": "Ann"}, {"object_id": "7", "object_name": "Ben"}, id="one id, two names"
        ),
        pytest.param(ANN, ANN | {"plan": "Gold", "licence": "E3"}, id="plan and licence"),
        pytest.param({"organisation": "a.example"}, {"organisation": "A.EXAMPLE"}, id="letter case of the organisation"),
    ],
)
def test_two_rows_about_one_object(take: Take, one: dict[str, str], other: dict[str, str]) -> None:
    assert counts(take([usage(**one)]))[1] == 1
    later = take([usage(**other)])
    assert later.new == 0
    assert later.existing + later.changed == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(ANN, ANN | {"object_name": "Ann  Bell"}, id="blanks in the name"),
        pytest.param(ANN, ANN | {"object_name": "Ann Bell "}, id="a blank behind the name"),
        pytest.param(ANN, ANN | {"object_details": "bell@anchor.example"}, id="namesakes"),
        pytest.param(ANN, ANN | {"object_details": ""}, id="details that are not given"),
        pytest.param(ANN, ANN | {"object_type": "OneDrive"}, id="types"),
        pytest.param(ANN, ANN | {"object_type": "OneDrive", "object_id": "7"}, id="types of one id"),
        pytest.param({"object_id": "7"}, {"object_id": "07"}, id="leading zeros of ids"),
        pytest.param({"object_id": "a"}, {"object_id": "A"}, id="letter case of ids"),
        pytest.param({"object_id": "7"}, {}, id="an id and none"),
        pytest.param({"organisation": "a.example"}, {"organisation": "b.example"}, id="organisations"),
        pytest.param({"organisation": "a.example"}, {}, id="an organisation and none"),
        pytest.param({"product": "VM Backup"}, {"product": "EndPoint Backup"}, id="products"),
        pytest.param({"adjustment_for": "2026-09"}, {}, id="an adjustment and the month itself"),
        pytest.param({"adjustment_for": "2026-09"}, {"adjustment_for": "2026-08"}, id="adjustments of two months"),
    ],
)
def test_two_objects(subscription: Subscription, take: Take, one: dict[str, str], other: dict[str, str]) -> None:
    assert counts(take([usage(**one), usage(**other)])) == (2, 2, 0, 0, 0)
    assert len(reported(subscription)) == 2


def test_a_mailbox_and_a_onedrive_share_the_id_of_a_person(subscription: Subscription, take: Take) -> None:
    rows = [usage(object_type=kind, object_id="00123") for kind in ("Mailbox", "OneDrive", "User Teams Chats")]
    assert take(rows).new == 3
    assert {row["Object ID"] for row in reported(subscription)} == {"00123"}


parts = st.tuples(
    st.sampled_from(["1", "2", "3"]),
    st.just(""),
    st.sampled_from(["vm", "mailbox"]),
    st.one_of(st.none(), st.sampled_from(["1", "name"])),
    st.text("ab", min_size=1, max_size=2),
    st.text("ab", max_size=2),
    st.none(),
)


@given(one=parts, other=parts)
def test_keys_are_equal_exactly_when_identities_are(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    left, right = (object_key(kind_prefix(*identity[:3]), *identity[3:]) for identity in (one, other))
    assert (left == right) is (told_apart_by(one) == told_apart_by(other))
    assert len(left) == 32


def told_apart_by(identity: tuple[Any, ...]) -> tuple[Any, ...]:
    """The parts that count: an id of the source stands for name and details."""
    *place, object_id, name, details, _adjustment = identity
    return (*place, object_id) if object_id else (*place, None, name, details)
