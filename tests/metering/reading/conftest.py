"""What the tests of reading share: a file is written, opened and read to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pytest

from tallybook.metering.reading import ReadingOptions, RefusedRow, UsageRow, open_usage_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, tzinfo
    from pathlib import Path


class Options(TypedDict, total=False):
    """What `ReadingOptions` takes."""

    profile: str
    encoding: str
    delimiter: str
    month: date
    time_zone: tzinfo


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a usage file; text becomes UTF-8 without any change of line breaks."""

    def write_file(content: str | bytes, name: str = "usage.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., list[UsageRow | RefusedRow]]:
    """Write a usage file and read all of it."""

    def read_file(content: str | bytes, **options: Unpack[Options]) -> list[UsageRow | RefusedRow]:
        with open_usage_file(write(content), ReadingOptions(**options)) as usage_file:
            return list(usage_file)

    return read_file


@pytest.fixture
def rows(read: Callable[..., list[UsageRow | RefusedRow]]) -> Callable[..., list[UsageRow]]:
    """The good rows of a file."""
    return lambda *given, **options: [row for row in read(*given, **options) if isinstance(row, UsageRow)]


@pytest.fixture
def refusals(read: Callable[..., list[UsageRow | RefusedRow]]) -> Callable[..., list[RefusedRow]]:
    """The refused rows of a file."""
    return lambda *given, **options: [row for row in read(*given, **options) if isinstance(row, RefusedRow)]
