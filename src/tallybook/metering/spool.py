"""Findings about a file, which may be as many as its rows: kept in memory while few, on disk when many."""

import json
import weakref
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Generic, NamedTuple, TypeVar

_BYTES_IN_MEMORY = 4 * 1024 * 1024

Finding = TypeVar("Finding", bound=NamedTuple)


class Spool(Generic[Finding]):
    """An append-only list of one kind of named tuple, whose values are those of JSON."""

    def __init__(self, kind: type[Finding]) -> None:
        self._kind = kind
        self._file = SpooledTemporaryFile(max_size=_BYTES_IN_MEMORY, mode="w+", encoding="utf-8")  # noqa: SIM115
        self._count = 0
        # Findings live as long as the summary that holds them; the file goes with the last reference.
        weakref.finalize(self, self._file.close)

    def append(self, finding: Finding) -> None:
        self._file.write(json.dumps(finding) + "\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Finding]:
        self._file.seek(0)
        for line in self._file:
            yield self._kind(*json.loads(line))
        self._file.seek(0, 2)
