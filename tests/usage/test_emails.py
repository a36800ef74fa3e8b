"""Which address an object's details hold: cases, each with its reason."""

import pytest

from tallybook.usage.emails import email_in


@pytest.mark.parametrize(
    ("details", "email"),
    [
        (None, ""),
        ("", ""),
        ("ann@anchor.example", "ann@anchor.example"),
        ("Ann@Anchor.example", "ann@anchor.example"),
        # As mail programs write it.
        ("Ann Lee <ann@anchor.example>", "ann@anchor.example"),
        ("  ann@anchor.example\n", "ann@anchor.example"),
        # Twice the same is one.
        ("ann@anchor.example; ANN@anchor.example", "ann@anchor.example"),
        # Whose of the two? Nobody's.
        ("ann@anchor.example, ben@anchor.example", ""),
        ("https://anchor.example/sites/ann", ""),
        # What stands around an address is no part of it.
        ("https://anchor.example/personal/ann@anchor.example", "ann@anchor.example"),
        ("'ann@anchor.example'", "ann@anchor.example"),
        ("Write to ann@anchor.example.", "ann@anchor.example"),
        ("[ann@anchor.example](mailto:ann@anchor.example)", "ann@anchor.example"),
        ("mary.o'brien@anchor.example", "mary.o'brien@anchor.example"),
        ("o'brien@anchor.example", "o'brien@anchor.example"),
        ("a@b.example", "a@b.example"),
        ("@home", ""),
        ("ann@", ""),
    ],
)
def test_the_address_in_details(details: str | None, email: str) -> None:
    assert email_in(details) == email
