"""Events in plain sentences."""

# ruff: noqa: RUF001 - a real dash

import pytest

from tallybook.audit.sealing import Facts
from tallybook.console.audit_wording import action_label, action_phrase, changed_values, value_text


@pytest.mark.parametrize(
    ("action", "kind", "phrase", "label"),
    [
        ("customer.renamed", "customer", "Renamed the customer", "Customer renamed"),
        ("customer.aliased", "customer", "Added an alias of the customer", "Customer aliased"),
        ("customer.unaliased", "customer", "Removed an alias of the customer", "Customer unaliased"),
        (
            "customer.reference-changed",
            "customer",
            "Changed the Customer Reference of the customer",
            "Customer reference changed",
        ),
        ("customer.notes-changed", "customer", "Changed the notes about the customer", "Customer notes changed"),
        ("role.granted", "person", "Gave a role to", "Role granted"),
        ("file.imported", "file", "Imported the file", "File imported"),
        ("link.key-rotated", "report-link", "Key rotated: the report link", "Link key rotated"),
        ("link.revoked", "", "Revoked the link", "Link revoked"),
    ],
)
def test_an_action_in_words(action: str, kind: str, phrase: str, label: str) -> None:
    assert action_phrase(action, kind) == phrase
    assert action_label(action) == label


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        ([], None),
        (False, "No"),
        (True, "Yes"),
        (0, "0"),
        (1234567, "1,234,567"),
        (["a", None, 3], "a, –, 3"),
        ({"first_month": "2026-10", "none": None}, "First month: 2026-10; None: –"),
    ],
)
def test_a_value_in_words(value: object, text: str | None) -> None:
    assert value_text(value) == text
    assert value_text([value, "x"]) == f"{text or '–'}, x"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, None, []),
        ({"a": 1, "same": 2}, {"a": 3, "same": 2}, [("A", "1", "3")]),
        ({"a": True}, {"a": 1}, []),
        ({"gone": "x"}, None, [("Gone", "x", None)]),
        (None, {"b": None}, [("B", None, None)]),
        (
            None,
            {"file_sha256": "ab", "zeta": 1, "file_bytes": 2048, "row_count": 3},
            [("Rows", None, "3"), ("Bytes", None, "2,048"), ("SHA-256", None, "ab"), ("Zeta", None, "1")],
        ),
    ],
)
def test_only_values_that_differ_are_told(before: Facts | None, after: Facts | None, told: list[object]) -> None:
    found = changed_values(before, after)
    assert found == told
    assert len(found) == len(told)
