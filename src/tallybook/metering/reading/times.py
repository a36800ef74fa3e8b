"""Months and points in time of cells."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from tallybook.metering.reading.formats import month_number, year_number
from tallybook.metering.reading.refusals import CellRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from tallybook.metering.reading.profiles import Profile

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099
_NOON = 12
# What datetime.fromisoformat reads far faster than the formats of a profile, and nothing of what it reads besides.
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?")


class MonthReader:
    """Reads months as a profile writes them."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def read(self, field: str, text: str) -> date | None:
        """The first day of the month; None for an empty cell."""
        if not (trimmed := normalize("NFC", text.strip())):
            return None
        for match in _matches(self._profile.month_formats, trimmed):
            parts = match.groupdict()
            number, day = month_number(parts, self._profile.month_names), int(parts.get("day") or 1)
            if number in range(1, 13) and day == 1:
                year = year_number(parts)
                _check_year(field, text, year)
                return date(year, number, 1)
        written = self._profile.month_example
        raise CellRefused(field, text, f"Not a month; the profile {self._profile.name} writes {written}.")


class TimeReader:
    """Reads points in time as a profile writes them; those without a zone are in the given one."""

    def __init__(self, profile: Profile, time_zone: tzinfo) -> None:
        self._profile = profile
        self._time_zone = time_zone

    def read(self, field: str, text: str) -> datetime | None:
        """The time in UTC; None for an empty cell.

        A local time that occurs twice, when clocks are put back, is the first of the two; one that is left out,
        when they are put forward, counts on from before.
        """
        try:
            moment = self._iso(match) if (match := _ISO.fullmatch(text)) else self._by_format(normalize("NFC", text.strip()))
        except (ValueError, OverflowError):
            moment = None
        if moment is not None:
            _check_year(field, text, moment.year)
            # A report has whole seconds, and has to say of them what the ledger does.
            return moment.replace(microsecond=0) if moment.microsecond else moment
        if not text.strip():
            return None
        written = self._profile.time_example
        raise CellRefused(field, text, f"Not a time; the profile {self._profile.name} writes {written}.")

    def _iso(self, match: re.Match[str]) -> datetime:
        if match[1]:
            return datetime.fromisoformat(match[0]).astimezone(UTC)
        return self._in_utc(datetime.fromisoformat(match[0] + "Z"))

    def _in_utc(self, moment: datetime) -> datetime:
        """The time that clocks of the zone showed. Subtracting is a third of what `replace` and `astimezone` cost."""
        if self._time_zone is UTC:
            return moment
        return moment - (self._time_zone.utcoffset(moment) or timedelta())

    def _by_format(self, trimmed: str) -> datetime | None:
        match = next(_matches(self._profile.time_formats, trimmed), None)
        if match is None:
            return None
        parts = match.groupdict()
        month = month_number(parts, self._profile.month_names)
        hour = _hour(int(parts.get("hour") or 0), parts.get("half"))
        minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
        microsecond = int((parts.get("fraction") or "").ljust(6, "0")[:6])
        moment = datetime(year_number(parts), month, int(parts["day"]), hour, minute, second, microsecond, UTC)
        if zone := parts.get("zone"):
            return datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M:%S.%f}{zone.upper()}").astimezone(UTC)
        return self._in_utc(moment)


def _matches(formats: Iterable[re.Pattern[str]], text: str) -> Iterator[re.Match[str]]:
    return filter(None, (written.fullmatch(text) for written in formats))


def _hour(hour: int, half: str | None) -> int:
    """The hour of the day; 12 AM is midnight and 12 PM noon."""
    if half is None:
        return hour
    if hour not in range(1, _NOON + 1):
        raise ValueError(hour)
    return hour % _NOON + (_NOON if half.casefold() == "p" else 0)


def _check_year(field: str, text: str, year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellRefused(field, text, f"The year is {year}; years from {FIRST_YEAR} to {LAST_YEAR} are read.")
