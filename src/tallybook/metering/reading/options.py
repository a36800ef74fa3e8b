"""What may be said about a usage file by whoever hands it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """How to read a file; what is left out is found from the file itself."""

    profile: str = "auto"
    encoding: str | None = None
    """Used where the file has no byte order mark and is not strict UTF-8."""
    delimiter: str | None = None
    """One character, or `tab`."""
    month: date | None = None
    """The month of rows that name none. Any day of it."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field of `UsageRow` to the name of its column, where the name alone does not tell; an empty one is no column."""
    time_zone: tzinfo = UTC
    """The zone of times that name none."""
