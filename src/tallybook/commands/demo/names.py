"""The names of made-up people, out of `names.toml`."""

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# Letters that no decomposition turns into one of the alphabet.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "ħ": "h", "'": ""})
# Has no factor in common with the number of combinations, so that all of them come before one comes again.
_STEP = 205


class Name(NamedTuple):
    """A person's name as it is shown, and as it is spelt before the @ of an address."""

    shown: str
    local_part: str


class Language(NamedTuple):
    """The parts of which the names of a language are made."""

    given: tuple[Name, ...]
    family: tuple[Name, ...]
    family_first: bool

    @property
    def combinations(self) -> int:
        return len(self.given) * len(self.family)

    def name(self, number: int) -> Name:
        """The name with this number. Names whose numbers follow one another share neither part."""
        which = number * _STEP % self.combinations
        given, family = self.given[which % len(self.given)], self.family[which // len(self.given)]
        parts = (family, given) if self.family_first else (given, family)
        return Name(" ".join(part.shown for part in parts), f"{given.local_part}.{family.local_part}")


@cache
def languages() -> dict[str, Language]:
    """All languages by name."""
    text = files("tallybook.commands.demo").joinpath("names.toml").read_text(encoding="utf-8")
    return {
        name: Language(_parts(table["given"]), _parts(table["family"]), table.get("family_first", False))
        for name, table in tomllib.loads(text).items()
    }


def _parts(text: str) -> tuple[Name, ...]:
    split = (part.partition("/") for part in text.split())
    return tuple(Name(shown, spelt or _in_plain_letters(shown)) for shown, _, spelt in split)


def _in_plain_letters(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
