"""Bytes to physical lines, block by block, so that neither a long file nor a long line fills the memory."""

from __future__ import annotations

import codecs
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from tallybook.metering.reading.encoding import controls_of, is_ascii_compatible

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from tallybook.errors import UnusableFile
    from tallybook.metering.reading.encoding import Encoding
    from tallybook.metering.reading.source import Source

LINE_MAX_CHARACTERS = 1024 * 1024


class Block(NamedTuple):
    """The text of some consecutive physical lines, each with its line break as it was. All but the last line end with one."""

    text: str
    controls: re.Pattern[str] | None = None
    """Finds control characters other than tab and line breaks; None where the text has none."""
    is_last: bool = False

    @property
    def lines(self) -> list[str]:
        return lines_of(self.text)


class LineBlocks:
    """The text of a source as blocks of lines. A line ends with LF, CRLF or a lone CR, as Python's own readers have it."""

    def __init__(self, source: Source, encoding: Encoding) -> None:
        self._source = source
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding.name)("strict")
        self._bytes_are_ascii = is_ascii_compatible(encoding.name)
        self._controls = controls_of(encoding)
        self._fed_bytes = encoding.mark_bytes
        self._given_characters = 0

    def __iter__(self) -> Iterator[Block]:
        """Give out all blocks; the last one, and only it, says so, and may be empty."""
        pending, pending_controls = "", False
        skip = self._encoding.mark_bytes
        for chunk in self._source.chunks():
            data, skip = chunk[skip:], 0
            decoded = self._decode(data, pending)
            has_controls = self._has_controls(data, decoded) or pending_controls
            text = pending + decoded
            end = _end_of_last_line(text)
            if end:
                yield self._block(text[:end], has_controls=has_controls)
            pending, pending_controls = text[end:], has_controls
            self._check_length(len(pending))
        pending += self._decode(b"", pending, final=True)
        yield self._block(pending, has_controls=pending_controls, is_last=True)

    def _block(self, text: str, *, has_controls: bool, is_last: bool = False) -> Block:
        if len(text) > LINE_MAX_CHARACTERS:
            self._check_length(len(lines_of(text)[0]))  # the only one that is made of several chunks
        self._given_characters += len(text)
        return Block(text, self._controls.in_text if has_controls else None, is_last)

    def _decode(self, data: bytes, pending: str, *, final: bool = False) -> str:
        if self._bytes_are_ascii and b"\0" in data:
            raise self._no_text(pending + data[: data.index(b"\0")].decode(self._encoding.name, "replace"))
        self._fed_bytes += len(data)
        try:
            text = self._decoder.decode(data, final)
        except UnicodeDecodeError as error:
            raise self._undecodable(error, pending) from error
        if not self._bytes_are_ascii and "\0" in text:
            raise self._no_text(pending + text[: text.index("\0")])
        return text

    def _no_text(self, before: str) -> UnusableFile:
        """A NUL stops the reading: no text and no column of a database holds one."""
        line = self._line() + count_line_breaks(before)
        advice = "UTF-16 without a byte order mark is read with --encoding utf-16-le"
        return self._source.unusable(f"holds a NUL character in line {line:,}, so it is no plain text; {advice}.")

    def _undecodable(self, error: UnicodeDecodeError, pending: str) -> UnusableFile:
        # error.object is what the decoder had kept back plus what it was fed last.
        offset = self._fed_bytes - len(error.object) + error.start
        before = error.object[: error.start].decode(self._encoding.name, "replace")
        line = self._line() + count_line_breaks(pending + before)
        where = f"byte 0x{error.object[error.start]:02X} at offset {offset:,} (line {line:,})"
        name = self._encoding.name.upper()
        if self._encoding.said:
            return self._source.unusable(f"is not {name} text: {where} has no meaning in it; say another --encoding.")
        advice = "save it as CSV UTF-8, or say the encoding it was saved in: --encoding cp1252 is the usual one of Windows"
        return self._source.unusable(f"is not {name} text: {where} does not belong there; {advice}.")

    def _line(self) -> int:
        """The line with which the text that was not given out yet begins.

        It is told in errors alone, so lines are not counted before: that takes longer than to decode them.
        """
        decoder = codecs.getincrementaldecoder(self._encoding.name)("replace")
        line, rest, skip = 1, self._given_characters, self._encoding.mark_bytes
        pending = ""
        for chunk in self._source.scan():
            if not rest:
                break
            text, skip = decoder.decode(chunk[skip:])[:rest], 0
            rest -= len(text)
            pending += text
            end = len(pending) if not rest else _end_of_last_line(pending)
            line += count_line_breaks(pending[:end])
            pending = pending[end:]
        return line

    def _has_controls(self, data: bytes, text: str) -> bool:
        if not self._bytes_are_ascii:
            data = text.encode("utf-8")
        return len(data) != len(data.translate(None, self._controls.in_bytes))

    def _check_length(self, length: int) -> None:
        if length > LINE_MAX_CHARACTERS:
            raise self._source.unusable(
                f"has more than {LINE_MAX_CHARACTERS:,} characters in line {self._line():,}; a usage file has one line a row."
            )


def _end_of_last_line(text: str) -> int:
    """Where the last whole line ends. A CR at the very end may be half of a CRLF, and is left for the next time."""
    line_feed = text.rfind("\n")
    return 1 + max(line_feed, text.rfind("\r", line_feed + 1, -1))


def lines_of(text: str) -> list[str]:
    """The lines of a text, by the same rule."""
    return StringIO(text, newline="").readlines()


def count_line_breaks(text: str) -> int:
    """How many lines end in a text, by the same rule as above."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")
