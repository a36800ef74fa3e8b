"""Keys: `tbk_<kind>_<key id>_<secret>_<check>`, how they are made, read and compared (SAFETY: Keys).

The check is the CRC-32 of all that stands before it, so that a mistyped key is known without asking anybody. Of a key only
the keyed hash of its secret is stored. A slow hash would be wrong here: the secret is random, so that nobody guesses it, and a
slow hash is a lever for whoever floods bad keys.
"""

import hmac
import re
import secrets
import string
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from zlib import crc32

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
KEY_ID_CHARACTERS = 12
# 28 characters of 62 are 166 bits.
SECRET_CHARACTERS = 28
CHECK_CHARACTERS = 6
LAST_CHARACTERS = 4
_WRITTEN = re.compile(
    rf"tbk_(?P<kind>report|intake)_(?P<key_id>[0-9A-Za-z]{{{KEY_ID_CHARACTERS}}})"
    rf"_(?P<secret>[0-9A-Za-z]{{{SECRET_CHARACTERS}}})_(?P<check>[0-9A-Za-z]{{{CHECK_CHARACTERS}}})"
)
# Begins all keys, wherever they stand: what looks like one in an address is refused, and secret scanners find it in files.
PREFIX = "tbk_"


class KeyKind(StrEnum):
    REPORT = "report"
    INTAKE = "intake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A whole key. Its text is a secret: it is shown once, when it is made."""

    kind: KeyKind
    key_id: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        unchecked = _unchecked(self.kind, self.key_id, self.secret)
        return f"{unchecked}_{_check(unchecked)}"

    @property
    def last_four(self) -> str:
        """What stays to be seen of a key."""
        return self.text[-LAST_CHARACTERS:]


@dataclass(frozen=True, slots=True)
class Pepper:
    """What the server knows and the database does not: without it a stolen table is no help in making keys."""

    id: str
    value: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> "Pepper":
        """The id tells peppers apart, and says nothing of their value."""
        return cls(sha256(b"tallybook pepper " + text.encode()).hexdigest()[:12], text.encode())

    def keyed_hash(self, secret: str) -> bytes:
        """HMAC-SHA-256 of the secret: 32 bytes."""
        return hmac.digest(self.value, secret.encode(), "sha256")


def new_key(kind: KeyKind) -> Key:
    return Key(kind=kind, key_id=_random(KEY_ID_CHARACTERS), secret=_random(SECRET_CHARACTERS))


def read_key(text: str, kind: KeyKind) -> Key | None:
    """The key that this text is; None for anything else, a key with a wrong character and a key of another kind included."""
    found = _WRITTEN.fullmatch(text)
    if found is None or found["kind"] != kind:
        return None
    unchecked = _unchecked(found["kind"], found["key_id"], found["secret"])
    if _check(unchecked) != found["check"]:
        return None
    return Key(kind=kind, key_id=found["key_id"], secret=found["secret"])


def is_secret_of(key: Key, keyed_hash: bytes, pepper: Pepper) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(pepper.keyed_hash(key.secret), keyed_hash)


def _unchecked(kind: str, key_id: str, secret: str) -> str:
    return f"{PREFIX}{kind}_{key_id}_{secret}"


def _check(unchecked: str) -> str:
    rest, digits = crc32(unchecked.encode()), []
    for _ in range(CHECK_CHARACTERS):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _random(characters: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(characters))
