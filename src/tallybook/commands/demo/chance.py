"""Choices that look like chance and are the same on every machine: hashes of what they are about.

Only whole numbers and the basic operations on floats are used, which every platform rounds alike.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_BITS = 48


def share(*about: str | int) -> float:
    """A number from 0 (included) to 1 (excluded)."""
    digest = blake2b("\0".join(map(str, about)).encode(), digest_size=_BITS // 8).digest()
    return int.from_bytes(digest, "big") / (1 << _BITS)


def between(low: int, high: int, *about: str | int) -> int:
    """A whole number, both ends included."""
    return low + int(share(*about) * (high - low + 1))


def pick(choices: Sequence[T], *about: str | int) -> T:
    return choices[int(share(*about) * len(choices))]


def invented_id(*about: str | int) -> str:
    """An id such as sources give their objects."""
    text = blake2b("\0".join(map(str, about)).encode(), digest_size=16).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
