"""What texts that recur were read as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_MOST: Final = 8_192
_MOST_CHARACTERS: Final = 100


class Remembered(dict[str, T], Generic[T]):
    """Look-ups are C's; only a new text is read. Bounded in number and size; refusals are not kept."""

    def __init__(self, read: Callable[[str], T], *, most: int = _MOST, most_characters: int = _MOST_CHARACTERS) -> None:
        super().__init__()
        self._read = read
        self._most = most
        self._most_characters = most_characters

    def __missing__(self, text: str) -> T:
        value = self._read(text)
        if len(self) >= self._most:
            self.clear()
        if len(text) <= self._most_characters:
            self[text] = value
        return value
