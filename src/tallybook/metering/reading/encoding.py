"""Which encoding a file is in: byte order mark first, then strict UTF-8, then what was said. Nothing is guessed."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tallybook.metering.reading.source import Source

# UTF-32 stands before UTF-16, whose little-endian mark is the beginning of UTF-32's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ASCII = bytes(range(128))
# Python lists them among its text encodings; no spreadsheet writes them, and they read any bytes as something.
_NO_FILE_ENCODINGS = {"idna", "punycode", "unicode_escape", "raw-unicode-escape", "unicode-escape", "utf-7", "undefined"}


class Controls(NamedTuple):
    """The same set of control characters twice: as bytes, to search a file quickly, and as a pattern, to find one."""

    in_bytes: bytes
    in_text: re.Pattern[str]


_C0 = bytes({*range(32), 127} - {9, 10, 13})
_C1 = bytes(range(0x80, 0xA0))
_CONTROLS = Controls(_C0, re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"))
# ISO 8859 has control characters where Windows code pages have curly quotes: whoever says latin-1 of a cp1252 file
# should hear of it and not import invisible characters.
_CONTROLS_OF_ISO_8859 = Controls(_C0 + _C1, re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"))


class Encoding(NamedTuple):
    name: str
    mark_bytes: int = 0
    """Length of the byte order mark to skip."""
    said: bool = False
    """Whether it was said by a person or a profile, and not found in the file."""


def find_encoding(source: Source, said: str | None) -> Encoding:
    """Choose the encoding of a file; `said` counts only when the file itself gives no answer.

    Without `said` the file is taken for UTF-8, and the first byte that is not stops the reading with advice.
    """
    canonical = said and _text_encoding(source, said)
    head = source.head(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, len(mark))
    if not canonical or canonical == "utf-8" or _is_utf8(source):
        return Encoding("utf-8")
    return Encoding(canonical, said=True)


def is_ascii_compatible(name: str) -> bool:
    """Whether the bytes 0 to 127 mean ASCII, so that control characters can be looked for in the bytes."""
    try:
        return _ASCII.decode(name) == _ASCII.decode("ascii")
    except UnicodeError:
        return False


def controls_of(encoding: Encoding) -> Controls:
    """The control characters that make a cell of a file in this encoding suspect."""
    return _CONTROLS_OF_ISO_8859 if encoding.name.startswith("iso8859") else _CONTROLS


def _text_encoding(source: Source, said: str) -> str:
    """The canonical name of a text encoding."""
    try:
        name = codecs.lookup(said).name
        b"a".decode(said)  # a LookupError for codecs such as rot13 and base64, which make no text of bytes
    except UnicodeDecodeError:
        pass  # one byte alone is too few for UTF-16
    except (LookupError, ValueError) as error:
        raise source.unusable(f"cannot be read: there is no text encoding {said!r}; try utf-8 or cp1252.") from error
    if name in _NO_FILE_ENCODINGS:
        raise source.unusable(f"cannot be read: {said!r} is no encoding of files; try utf-8 or cp1252.")
    return name


def _is_utf8(source: Source) -> bool:
    """Whether all of the file is strict UTF-8.

    Pure ASCII with control characters does not count: UTF-16 without a mark and the ISO 2022 family look like that.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    only_ascii, controls = True, False
    try:
        for chunk in source.scan():
            decoder.decode(chunk)
            only_ascii = only_ascii and chunk.isascii()
            controls = controls or len(chunk) != len(chunk.translate(None, _C0))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not (only_ascii and controls)
