"""Names that are close to what was typed."""

import pytest

from tallybook.subscriptions.near import did_you_mean, near_matches

NAMES = ["Anchor Ltd", "Anchor Holdings Ltd", "Birch Ltd", "Moravcová a.s.", "Großmann AG"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Ankor Ltd", "Anchor Ltd"),
        ("moravcova a.s.", "Moravcová a.s."),
        ("GROSSMAN AG", "Großmann AG"),
        ("holdings", "Anchor Holdings Ltd"),
    ],
)
def test_the_closest_comes_first(typed: str, first: str) -> None:
    assert near_matches(typed, NAMES)[0] == first
    assert did_you_mean(typed, NAMES, otherwise="Nothing.").startswith(f"Did you mean {first!r}")


@pytest.mark.parametrize("typed", ["", "zzz", "\u2603"])
def test_nothing_near_is_told_otherwise(typed: str) -> None:
    assert near_matches(typed, NAMES) == []
    assert did_you_mean(typed, NAMES, otherwise="Nothing.") == "Nothing."


def test_three_at_most() -> None:
    near = near_matches("Customer", [f"Customer {number}" for number in range(50)])
    assert len(near) == 3
    assert did_you_mean("Customer", near, otherwise="").count(" or ") == 2
