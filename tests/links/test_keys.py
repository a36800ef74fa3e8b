"""Keys: their form, their check, and the keyed hash."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire import statements_sent

from tallybook.links.keys import SECRET_CHARACTERS, KeyKind, Pepper, is_secret_of, new_key, read_key

_BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_a_key_has_its_form_and_160_random_bits_or_more() -> None:
    key = new_key(KeyKind.REPORT)
    assert re.fullmatch(r"tbk_report_[0-9A-Za-z]{12}_[0-9A-Za-z]{28}_[0-9A-Za-z]{6}", key.text)
    assert len(_BASE_62) ** SECRET_CHARACTERS > 2**160
    assert read_key(key.text, KeyKind.REPORT) == key
    assert key.last_four == key.text[-4:]


def test_keys_differ_and_are_not_shown_by_accident() -> None:
    keys = [new_key(KeyKind.REPORT) for _ in range(1000)]
    assert len({key.key_id for key in keys}) == len({key.secret for key in keys}) == 1000
    assert not any(key.secret in repr(key) for key in keys)
    assert "pepper text" not in repr(Pepper.of("pepper text"))


@given(place=st.integers(0, 58), letter=st.sampled_from(_BASE_62 + "_- é"))
def test_a_key_with_another_character_is_none(place: int, letter: str) -> None:
    text = new_key(KeyKind.REPORT).text
    assert len(text) == 59
    changed = text[:place] + letter + text[place + 1 :]
    assert (read_key(changed, KeyKind.REPORT) is None) is (changed != text)


@pytest.mark.parametrize(
    "spoil", [str.lower, str.strip, lambda text: text[:-1], lambda text: text + "x", lambda text: f"{text}\n"]
)
def test_what_happens_to_keys_on_the_way(spoil: type[str]) -> None:
    text = new_key(KeyKind.REPORT).text
    assert (read_key(spoil(text), KeyKind.REPORT) is None) is (spoil(text) != text)
    assert read_key(text, KeyKind.INTAKE) is None
    assert read_key("", KeyKind.REPORT) is None


def test_reading_a_key_asks_no_database() -> None:
    with statements_sent() as queries:
        assert read_key(new_key(KeyKind.REPORT).text[:-1] + "!", KeyKind.REPORT) is None
    assert len(queries) == 0


def test_the_keyed_hash_needs_secret_and_pepper() -> None:
    key, other = new_key(KeyKind.REPORT), new_key(KeyKind.REPORT)
    pepper, another = Pepper.of("one pepper"), Pepper.of("another pepper")
    stored = pepper.keyed_hash(key.secret)
    assert len(stored) == 32
    assert is_secret_of(key, stored, pepper)
    assert not is_secret_of(other, stored, pepper)
    assert not is_secret_of(key, stored, another)
    assert pepper.id != another.id
