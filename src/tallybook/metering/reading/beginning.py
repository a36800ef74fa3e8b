"""The beginning of a file: what kind it is, its encoding, delimiter, header and profile."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from tallybook.errors import UnusableFile
from tallybook.metering.reading.choosing import SAMPLE_CHARACTERS, SAMPLE_RECORDS, Ambiguity, Candidate, choose
from tallybook.metering.reading.encoding import find_encoding
from tallybook.metering.reading.formats import fold_header
from tallybook.metering.reading.header import COLUMNS_MAX, TITLES, map_columns
from tallybook.metering.reading.kinds import other_kind
from tallybook.metering.reading.lines import LineBlocks
from tallybook.metering.reading.profiles import AUTOMATIC, CANDIDATES, PROFILE_NAMES, load_profile
from tallybook.metering.reading.records import read_records
from tallybook.metering.reading.splitting import LineSplitter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tallybook.metering.reading.header import Columns
    from tallybook.metering.reading.lines import Block
    from tallybook.metering.reading.options import ReadingOptions
    from tallybook.metering.reading.profiles import Profile
    from tallybook.metering.reading.records import Records, Table
    from tallybook.metering.reading.source import Source

_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_DELIMITERS_BY_NAME: Final = {name: mark for mark, name in _DELIMITERS.items()} | {r"\t": "\t"}
_SEPARATOR_LINE: Final = re.compile('"?sep=(.)"?\\s*', re.IGNORECASE)
_MONTH_IN_NAME: Final = re.compile("(?<![0-9])(20[0-9]{2})[-_. ]?(0[1-9]|1[0-2])(?![0-9]|[-_. ][0-9]{2}(?![0-9]))")
_SHOWN_COLUMNS: Final = 20
_SHOWN_CHARACTERS: Final = 60


class HeaderRefused(UnusableFile):
    """No row can be read as long as nobody says what the columns are. `columns` is what they seem to be."""

    def __init__(self, unusable: UnusableFile, columns: Columns) -> None:
        super().__init__(str(unusable))
        self.columns = columns


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known before the first row."""

    encoding: str
    delimiter: str
    profile: Profile
    columns: Columns
    records: Iterator[Records | Table]
    """The records after the header."""


@dataclass(frozen=True, slots=True)
class _Header:
    """The header record under one delimiter, and the profiles that map most of its columns."""

    delimiter: str
    line_count: int
    candidates: Sequence[Candidate]

    @property
    def columns(self) -> Columns:
        return self.candidates[0].columns

    @property
    def rank(self) -> tuple[int, int]:
        """The more columns are known the better; among equals the more there are."""
        return len(self.columns.indexes), len(self.columns.header)

    def splitter(self) -> LineSplitter:
        return LineSplitter(self.delimiter, leading=self.columns.leading, width=len(self.columns.header))


def read_beginning(source: Source, options: ReadingOptions) -> Beginning:
    """Understand the beginning of a file, or raise `UnusableFile`."""
    profiles = _profiles(source, options.profile)
    if not source.size_bytes:
        raise source.unusable("is empty.")
    if kind := other_kind(source.head(4096)):
        raise source.unusable(kind)
    said_by_profile = profiles[0].encoding if len(profiles) == 1 else None
    encoding = find_encoding(source, options.encoding or said_by_profile)
    blocks = iter(LineBlocks(source, encoding))
    block, line = _first_text(source, blocks)
    delimiters, separator_lines = _delimiters(source, options.delimiter, block.lines)
    header = _find_header(source, block.lines[separator_lines:], delimiters, profiles, options.columns)
    _check_header(source, header.columns, block, options)
    done = separator_lines + header.line_count
    rest = block._replace(text="".join(block.lines[done:]))
    records = read_records(chain((rest,), blocks), header.splitter(), line + done)
    seen = _first_records(records) if len(header.candidates) > 1 else []
    chosen = choose(header.candidates, _sample(seen), options)
    if isinstance(chosen, Ambiguity):
        raise HeaderRefused(source.unusable(_either(chosen)), header.columns)
    return Beginning(encoding.name, header.delimiter, chosen.profile, chosen.columns, chain(seen, records))


def _profiles(source: Source, name: str) -> list[Profile]:
    if name == AUTOMATIC:
        return [load_profile(candidate) for candidate in CANDIDATES]
    if name not in PROFILE_NAMES:
        names = ", ".join((AUTOMATIC, *PROFILE_NAMES))
        raise source.unusable(f"cannot be read: there is no profile {name!r}; there are {names}.")
    return [load_profile(name)]


def _first_text(source: Source, blocks: Iterable[Block]) -> tuple[Block, int]:
    """The first block from its first line on that is not blank, and that line's number."""
    line = 1
    for block in blocks:
        lines = block.lines
        for index, text in enumerate(lines):
            if text.strip():
                return block._replace(text="".join(lines[index:])), line + index
        line += len(lines)
    raise source.unusable("is empty: it has only blank lines.")


def _delimiters(source: Source, said: str | None, lines: Sequence[str]) -> tuple[Sequence[str], int]:
    """The delimiters to try, and how many lines before the header speak of them."""
    separator = _SEPARATOR_LINE.fullmatch(lines[0])
    if said is not None:
        delimiter = _DELIMITERS_BY_NAME.get(said.strip().casefold(), said)
        if len(delimiter) != 1 or delimiter in '"\r\n\0':
            raise source.unusable(f"cannot be read: the delimiter {said!r} is not one character; try ';' or 'tab'.")
        return delimiter, int(bool(separator))
    if separator and separator[1] not in '"\r\n':
        return separator[1], 1
    return tuple(_DELIMITERS), 0


def _find_header(
    source: Source, lines: Sequence[str], delimiters: Iterable[str], profiles: Iterable[Profile], said: Mapping[str, str]
) -> _Header:
    """The header under the delimiter that makes most of it known."""
    headers = [_header(lines, delimiter, profiles, said) for delimiter in delimiters]
    best = max(filter(None, headers), key=lambda header: header.rank, default=None)
    # A quotation mark left open under the right delimiter is but a letter under the wrong ones.
    if best is None or (not best.columns.indexes and None in headers):
        raise source.unusable("has no header that can be read; a quotation mark is probably opened and not closed in it.")
    return best


def _header(lines: Sequence[str], delimiter: str, profiles: Iterable[Profile], said: Mapping[str, str]) -> _Header | None:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        cells = next(reader, None)
    except csv.Error:
        return None
    if cells is None:
        return None
    mapped = [Candidate(profile, map_columns(cells, profile, said)) for profile in profiles]
    most = max(len(candidate.columns.indexes) for candidate in mapped)
    best = [candidate for candidate in mapped if len(candidate.columns.indexes) == most]
    return _Header(delimiter, reader.line_num, best)


def _check_header(source: Source, columns: Columns, block: Block, options: ReadingOptions) -> None:
    """Refuse a header by which no row could be read."""
    if len(columns.header) > COLUMNS_MAX:
        raise source.unusable(f"has {len(columns.header):,} columns; a usage file has at most {COLUMNS_MAX}.")
    if block.controls and any(map(block.controls.search, columns.header)):
        raise source.unusable("has control characters in its first line, so it is no plain text; save it as CSV UTF-8.")
    if problem := _header_problem(columns, options, source.name):
        raise HeaderRefused(source.unusable(problem), columns)


def _header_problem(columns: Columns, options: ReadingOptions, file_name: str) -> str | None:
    """What somebody can mend by saying which column is what."""
    if columns.twice:
        one, other = map(_shown, columns.twice)
        return f"has two columns for the same thing, {one} and {other}; remove or rename one of them."
    there = set(map(fold_header, columns.header))
    if absent := [title for title in options.columns.values() if title and fold_header(title) not in there]:
        return f"has no column {_shown(absent[0])}; its header has {_names(columns)}."
    if columns.without_unit is not None:
        example = f"{columns.without_unit} (GB)"
        return f"does not say in which unit the column {_shown(columns.without_unit)} is; name it {_shown(example)} or alike."
    if missing := columns.missing(month_is_given=options.month is not None):
        return _what_is_missing(missing, columns, file_name)
    return None


def _what_is_missing(missing: Sequence[str], columns: Columns, file_name: str) -> str:
    names = ", ".join(_shown(TITLES[field]) for field in missing)
    plural = "columns" if len(missing) > 1 else "column"
    sentence = f"lacks the needed {plural} {names}; its header has {_names(columns)}."
    if "month" in missing:
        sentence += " If all its rows are of one month, say --month YYYY-MM"
        named = _MONTH_IN_NAME.search(file_name)
        sentence += f"; its name suggests --month {named[1]}-{named[2]}." if named else "."
    return sentence


def _names(columns: Columns) -> str:
    more = len(columns.header) - _SHOWN_COLUMNS
    return ", ".join(map(_shown, columns.header[:_SHOWN_COLUMNS])) + (f" and {more} more" if more > 0 else "")


def _shown(name: str) -> str:
    short = name if len(name) <= _SHOWN_CHARACTERS else name[: _SHOWN_CHARACTERS - 1] + "…"
    return "'" + " ".join(short.split()) + "'"


def _first_records(records: Iterator[Records | Table]) -> list[Records | Table]:
    """The first records, enough for a sample and bounded in size."""
    seen: list[Records | Table] = []
    count = characters = 0
    for some in records:
        seen.append(some)
        count += len(some.lines)
        characters += sum(map(len, chain.from_iterable(some.cells)))
        if count >= SAMPLE_RECORDS or characters >= SAMPLE_CHARACTERS:
            break
    return seen


def _sample(seen: Iterable[Records | Table]) -> Iterator[tuple[int, list[str]]]:
    return islice(chain.from_iterable(zip(some.lines, some.cells, strict=True) for some in seen), SAMPLE_RECORDS)


def _either(ambiguity: Ambiguity) -> str:
    names = " or ".join(ambiguity.profiles)
    advice = " or ".join(f"--profile {name}" for name in ambiguity.profiles)
    return (
        f"can be read in more than one way: {_shown(ambiguity.value)} in line {ambiguity.line:,}, column "
        f"{_shown(ambiguity.column)}, means different things in the profiles {names}, and nothing in the file "
        f"decides between them; say {advice}."
    )
