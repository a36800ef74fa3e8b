"""Reading usage files: from a path to rows that can be used and rows that are refused, without a database.

    with open_usage_file(path, ReadingOptions(time_zone=zone)) as usage_file:
        for row in usage_file:
            match row:
                case UsageRow(): ...
                case RefusedRow(): ...

Where there are many rows, `usage_file.batches()` gives them column by column, which is faster. Memory stays flat whatever the
file; a file that cannot be used raises `UnusableFile`, at the latest from the loop.
"""

from __future__ import annotations

from tallybook.metering.reading.beginning import HeaderRefused
from tallybook.metering.reading.header import FIELDS, NEEDED, TITLES, field_of_title
from tallybook.metering.reading.options import ReadingOptions
from tallybook.metering.reading.profiles import AUTOMATIC, PROFILE_NAMES, Profile, load_profile
from tallybook.metering.reading.raw import raw_records
from tallybook.metering.reading.rows import Batch, RefusedRow, UsageRow
from tallybook.metering.reading.usage_file import UsageFile, open_usage_file

__all__ = (
    "AUTOMATIC",
    "FIELDS",
    "NEEDED",
    "PROFILE_NAMES",
    "TITLES",
    "Batch",
    "HeaderRefused",
    "Profile",
    "ReadingOptions",
    "RefusedRow",
    "UsageFile",
    "UsageRow",
    "field_of_title",
    "load_profile",
    "open_usage_file",
    "raw_records",
)
