"""The server's peppers: the first one makes keyed hashes, the others go on to verify those that they made."""

from functools import cache

from django.conf import settings

from tallybook.links.keys import Key, Pepper, is_secret_of


def current_pepper() -> Pepper:
    return _peppers()[0]


def opens(key: Key, keyed_hash: bytes | None, pepper_id: str | None) -> bool:
    """Whether the stored hash is that of the key. One that is not there costs the same time, and opens nothing."""
    pepper = next((one for one in _peppers() if one.id == pepper_id), None)
    is_right = is_secret_of(key, keyed_hash or bytes(32), pepper or current_pepper())
    return is_right and keyed_hash is not None and pepper is not None


@cache
def _peppers() -> tuple[Pepper, ...]:
    return tuple(Pepper.of(text) for text in settings.INSTALLATION.peppers)
