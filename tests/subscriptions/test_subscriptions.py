"""Making and finding subscriptions."""

from uuid import uuid4

import pytest

from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.subscriptions import create_subscription, find_subscription, list_subscriptions


def test_a_subscription_is_made_and_found_whatever_its_letter_case() -> None:
    name = f"Großmann {uuid4()}"
    made = create_subscription(f"  {name} ", "Europe/Malta")
    assert (made.name, made.zone.key) == (name, "Europe/Malta")
    assert find_subscription(name.upper()).id == made.id
    assert made.id in {one.id for one in list_subscriptions()}


def test_a_taken_name_is_refused(subscription: Subscription) -> None:
    with pytest.raises(Refused, match="already") as refused:
        create_subscription(subscription.name.upper())
    assert "another name" in str(refused.value)
    assert find_subscription(subscription.name).id == subscription.id


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "empty"), (" \t ", "empty"), ("x" * 201, "201 characters"), ("a\nb", "line break"), ("a\x00b", "control character")],
)
def test_an_unusable_name_is_refused(name: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        create_subscription(name)
    assert "the subscription" in str(refused.value)


def test_an_unknown_time_zone_is_refused_with_its_near_matches() -> None:
    with pytest.raises(Refused, match=r"no time zone 'Europe/Mlta'.*'Europe/Malta'"):
        create_subscription("MSP", "Europe/Mlta")
    with pytest.raises(Refused, match="Europe/Malta or UTC"):
        create_subscription("MSP", "Qqqq")


def test_an_unknown_subscription_is_told_with_its_near_matches() -> None:
    name = f"Harbour Backup {uuid4()}"
    create_subscription(name)
    with pytest.raises(NotFound) as missing:
        find_subscription(name.replace("Harbour", "Harbor"))
    assert repr(name) in str(missing.value)
    with pytest.raises(NotFound, match="subscription list"):
        find_subscription("\u2603")
