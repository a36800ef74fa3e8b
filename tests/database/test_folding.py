"""When two spellings are the same."""

import pytest

from tallybook.database.folding import fold, fold_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Anchor  Ltd ", " anchor ltd"),
        ("Café", "CAFE\u0301"),
        ("Anchor\u00a0Ltd", "Anchor Ltd"),
        ("Anchor\n\tLtd", "anchor ltd"),
    ],
)
def test_names_that_people_type_are_the_same(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)
    assert fold_name(fold_name(one)) == fold_name(one)


@pytest.mark.parametrize(
    ("one", "other"), [("Ann Bell", "Ann  Bell"), ("Ann Bell ", "Ann Bell"), ("Café", "Cafe\u0301"), ("I", "\u0131")]
)
def test_names_of_objects_differ_by_more_than_letter_case(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert fold(one) == fold(one.swapcase().swapcase())


@pytest.mark.parametrize("text", ["Straße", "ΐ", "ﬃ", "x" * 200, "İ" * 200])
def test_folding_makes_at_most_three_characters_of_one(text: str) -> None:
    assert len(fold(text)) <= 3 * len(text)
    assert len(fold_name(text)) <= 3 * len(text)
