"""`--profile auto`: one profile for the whole file, chosen from its header and its first records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tallybook.metering.reading.cells import TYPED_FIELDS, field_readers
from tallybook.metering.reading.profiles import BASE_PROFILE
from tallybook.metering.reading.refusals import CellRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tallybook.metering.reading.header import Columns
    from tallybook.metering.reading.options import ReadingOptions
    from tallybook.metering.reading.profiles import Profile

SAMPLE_RECORDS: Final = 1_000
SAMPLE_CHARACTERS: Final = 4 * 1024 * 1024
_UNREAD: Final = object()

Record = tuple[int, list[str]]


class Cell(NamedTuple):
    """A filled cell of the sample."""

    place: int
    """Index in its record."""
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile, the header under it, and what it made of the sampled cells."""

    profile: Profile
    columns: Columns
    readings: tuple[object, ...] = ()

    @property
    def count(self) -> int:
        """How many of the sampled cells it reads."""
        return sum(reading is not _UNREAD for reading in self.readings)


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A cell that profiles read differently, with nothing in the file to decide between them."""

    line: int
    column: str
    value: str
    profiles: tuple[str, ...]


def choose(candidates: Sequence[Candidate], sample: Iterable[Record], options: ReadingOptions) -> Candidate | Ambiguity:
    """The candidate that reads most of the sampled cells; among equals that read all alike, the first.

    `candidates` are the profiles under which the header maps most columns, in their fixed order.
    """
    cells = _filled_cells(candidates, sample)
    tried = [_tried(candidate, cells, options) for candidate in candidates]
    most = max(candidate.count for candidate in tried)
    best = [candidate for candidate in tried if candidate.count == most]
    base = tried[0]
    if base.profile.name == BASE_PROFILE and base not in best and _is_sheltered(base, best[0], cells):
        return base
    return _ambiguity(best, cells) or best[0]


def _filled_cells(candidates: Sequence[Candidate], sample: Iterable[Record]) -> list[Cell]:
    width = len(candidates[0].columns.header)
    mapped = {index for candidate in candidates for index in _typed(candidate.columns)}
    return [
        Cell(index, line, cells[index])
        for line, cells in sample
        if len(cells) == width
        for index in sorted(mapped)
        if cells[index].strip()
    ]


def _typed(columns: Columns) -> dict[int, str]:
    return {index: field for field, index in columns.indexes.items() if field in TYPED_FIELDS}


def _tried(candidate: Candidate, cells: Iterable[Cell], options: ReadingOptions) -> Candidate:
    """The candidate with its readings, one for each cell."""
    fields = _typed(candidate.columns)
    by_field = field_readers(candidate.columns, candidate.profile, options)
    readers = {index: by_field[field] for index, field in fields.items()}
    readings = tuple(_reading(readers.get(cell.place), cell.text) for cell in cells)
    return replace(candidate, readings=readings)


def _reading(read: Callable[[str], object] | None, text: str) -> object:
    try:
        return read(text) if read else _UNREAD
    except CellRefused:
        return _UNREAD


def _is_sheltered(base: Candidate, best: Candidate, cells: Sequence[Cell]) -> bool:
    """Whether what the base profile cannot read is rather a bad cell here and there than another profile's file.

    It is when the base reads at least half of each column. Sizes in larger units are the exception: there 1.234
    is a number to the base too, but another one, so a single cell that only another profile reads decides.
    """
    filled = Counter(cell.place for cell in cells)
    base_read, best_read = (
        Counter(cell.place for cell, reading in zip(cells, candidate.readings, strict=True) if reading is not _UNREAD)
        for candidate in (base, best)
    )
    fields = _typed(base.columns)
    return all(
        base_read[index] >= best_read[index]
        if base.columns.unit_bytes.get(fields.get(index, ""), 1) > 1
        else base_read[index] >= filled[index] / 2
        for index in filled
    )


def _ambiguity(best: Sequence[Candidate], cells: Sequence[Cell]) -> Ambiguity | None:
    """The first cell that the equals read differently."""
    for number, cell in enumerate(cells):
        readers: dict[object, str] = {}
        for candidate in best:
            readers.setdefault(candidate.readings[number], candidate.profile.name)
        if len(readers) > 1:
            return Ambiguity(cell.line, best[0].columns.header[cell.place], cell.text, tuple(readers.values()))
    return None
