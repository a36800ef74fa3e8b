"""Months as people write them and as the database keeps them: a date that is the first day."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tallybook.errors import Refused

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def parse_month(text: str, what: str) -> date:
    """The first day of a month written `YYYY-MM`.

    Raises:
        Refused: the text is no month of the years 2000 to 2099; `what` names the option or field.
    """
    match = _MONTH.fullmatch(text.strip())
    if match is None:
        raise Refused(f"{what} is {text!r}, which is no month. Write it as YYYY-MM, for example 2026-10.")
    return date(int(match[1]), int(match[2]), 1)


def month_text(month: date) -> str:
    return f"{month:%Y-%m}"


def this_month(zone: ZoneInfo) -> date:
    """The month that it is now in a time zone."""
    return datetime.now(zone).date().replace(day=1)


def month_before(month: date, count: int = 1) -> date:
    """The month that many months earlier (or, with a negative count, later)."""
    years, index = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(years, index + 1, 1)
