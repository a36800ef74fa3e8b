"""Byte order mark, then strict UTF-8, then what was said."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

import pytest

from tallybook.errors import UnusableFile
from tallybook.metering.reading import ReadingOptions, UsageFile, UsageRow, open_usage_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "Month,Customer,Product,Object Type,Object Name\r\n"
TEXT = HEADER + "2026-10,Müller,VM Backup,VM,Straße €\r\n"


def first_row(path: Path, encoding: str | None = None, profile: str = "auto") -> tuple[UsageFile, UsageRow]:
    with open_usage_file(path, ReadingOptions(encoding=encoding, profile=profile)) as usage_file:
        row = next(iter(usage_file))
    assert isinstance(row, UsageRow)
    return usage_file, row


@pytest.mark.parametrize("said", [None, "cp1252", "utf-8", "utf-16", "latin-1"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_mark_or_utf_8_wins_over_what_is_said(
    mark: bytes, encoding: str, said: str | None, write: Callable[..., Path]
) -> None:
    usage_file, row = first_row(write(mark + TEXT.encode(encoding)), said)
    assert usage_file.encoding == encoding
    assert (row.customer, row.object_name) == ("Müller", "Straße €")


@pytest.mark.parametrize(
    ("said", "canonical"),
    [("cp1252", "cp1252"), ("Windows-1252", "cp1252"), ("utf-16-le", "utf-16-le"), ("iso8859-15", "iso8859-15")],
)
def test_what_is_said_is_used_where_the_file_gives_no_answer(said: str, canonical: str, write: Callable[..., Path]) -> None:
    usage_file, row = first_row(write(TEXT.encode(said)), said)
    assert usage_file.encoding == canonical
    assert (row.customer, row.object_name) == ("Müller", "Straße €")


def test_a_stateful_encoding_of_seven_bits(write: Callable[..., Path]) -> None:
    content = (HEADER + "2026-10,佐藤,VM Backup,VM,加藤\r\n").encode("iso-2022-jp")
    assert first_row(write(content), "iso-2022-jp")[1].customer == "佐藤"


def test_a_profile_may_name_the_encoding(write: Callable[..., Path]) -> None:
    assert first_row(write(TEXT.encode("cp1252")), profile="german")[0].encoding == "cp1252"
    assert first_row(write(TEXT.encode("utf-8")), profile="german")[0].encoding == "utf-8"


def test_a_late_foreign_byte_makes_the_whole_file_the_said_encoding(write: Callable[..., Path]) -> None:
    content = HEADER.encode() + b"2026-10,Acme,VM Backup,VM,x\n" * 50_000 + "2026-10,Müller,p,t,n\n".encode("cp1252")
    with open_usage_file(write(content), ReadingOptions(encoding="cp1252")) as usage_file:
        *_, last = usage_file
    assert isinstance(last, UsageRow)
    assert last.customer == "Müller"


@pytest.mark.parametrize(
    ("content", "said", "reason"),
    [
        (TEXT.encode("cp1252"), None, "byte 0xFC at offset 57 (line 2) does not belong there"),
        (TEXT.encode("cp1252"), None, "--encoding cp1252"),
        (TEXT.encode("cp1252"), "utf-8", "is not UTF-8 text"),
        (TEXT.encode("cp1252").replace(b"\xfc", b"\x81"), "cp1252", "byte 0x81 at offset 57 (line 2) has no meaning"),
        (TEXT.encode("utf-8")[:-3], None, "is not UTF-8 text"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1], None, "is not UTF-16-LE text"),
        (TEXT.replace("ü", "u").replace("€", "e").encode("utf-16-le"), None, "read with --encoding utf-16-le"),
        (TEXT.encode("utf-16-le"), None, "read with --encoding utf-16-le"),
    ],
)
def test_bytes_that_are_no_text_are_named(content: bytes, said: str | None, reason: str, write: Callable[..., Path]) -> None:
    path = write(content)
    with (
        pytest.raises(UnusableFile, match=re.escape(reason)),
        open_usage_file(path, ReadingOptions(encoding=said)) as usage_file,
    ):
        list(usage_file)


@pytest.mark.parametrize("line", [2, 900, 20_000])
@pytest.mark.parametrize("bad", [b"\xfc", b"\0"])
def test_the_line_is_named_however_far_it_is(line: int, bad: bytes, write: Callable[..., Path]) -> None:
    good = b'2026-10,Acme,"VM Backup",VM,\xc3\xa9\r\n'
    content = HEADER.encode() + good * (line - 2) + b"2026-10," + bad + b",p,t,n\r\n" + good * 9
    with (
        pytest.raises(UnusableFile, match=re.escape(f"line {line:,}")),
        open_usage_file(write(content), ReadingOptions()) as usage_file,
    ):
        list(usage_file)


@pytest.mark.parametrize(
    "said",
    [
        "klingon",
        "rot13",
        "base64",
        "hex",
        "zip",
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "utf-7",
        "undefined",
        "a\0b",
        "é",
    ],
)
def test_names_that_are_no_text_encoding(said: str, write: Callable[..., Path]) -> None:
    with pytest.raises(UnusableFile, match="cannot be read: "):
        open_usage_file(write(TEXT), ReadingOptions(encoding=said))


@pytest.mark.parametrize(
    ("name", "encoding", "expected"),
    [
        ("a\x0bb", "utf-8", "U+000B"),
        ("é\x1b[31m", "utf-8", "U+001B"),
        ("a\x7f", "utf-16", "U+007F"),
        ("a\x92é", "latin-1", "--encoding cp1252"),
    ],
)
def test_a_control_character_costs_its_row_only(name: str, encoding: str, expected: str, write: Callable[..., Path]) -> None:
    content = (HEADER + f"2026-10,Ä,p,t,{name}\r\n2026-10,Ä,p,t,good\r\n").encode(encoding)
    with open_usage_file(write(content), ReadingOptions(encoding=encoding)) as usage_file:
        refused, good = usage_file
    assert isinstance(good, UsageRow)
    assert not isinstance(refused, UsageRow)
    assert (refused.line, refused.column, refused.value) == (2, "Object Name", name)
    assert expected in refused.reason
