"""The small language in which profiles write down how months and times look, compiled to patterns."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(r"YYYY|YY|MMM|MM|DD|hh|mm|ss|AP|ZZ|\[|\]| |.", re.DOTALL)
# Digits are spelt [0-9] because \d takes every script's digits.
_PATTERNS: Final = {
    "YYYY": "(?P<year>[0-9]{4})",
    "YY": "(?P<short_year>[0-9]{2})",
    "MMM": r"(?P<month_name>[^\W\d_]+)\.?",
    "MM": "(?P<month>[0-9]{1,2})",
    "DD": "(?P<day>[0-9]{1,2})",
    "hh": "(?P<hour>[0-9]{1,2})",
    "mm": "(?P<minute>[0-9]{2})",
    "ss": "(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?",
    "AP": "(?P<half>[AP])[.]?M[.]?",
    "ZZ": "(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})",
    "[": "(?:",
    "]": ")?",
    " ": r"\s+",
}


def compile_format(written: str) -> re.Pattern[str]:
    """Compile a format such as `DD.MM.YYYY[ hh:mm]`; its parts become named groups."""
    pattern = "".join(_PATTERNS.get(token) or re.escape(token) for token in _TOKEN.findall(written))
    return re.compile(pattern, re.IGNORECASE)


def fold(text: str) -> str:
    """The form in which names of months, units and words of a profile are compared."""
    return unicodedata.normalize("NFKC", text.strip()).casefold()


def fold_header(text: str) -> str:
    """The form in which names of columns are compared: `customerName` is `Customer Name` is `customer_name`."""
    return re.sub(r"[\s_\-\u2010-\u2014]+", "", fold(text))


def month_number(parts: Mapping[str, str | None], names: Mapping[str, int]) -> int:
    """The month among the parts of a match; 0 when its name is none."""
    if name := parts.get("month_name"):
        return names.get(fold(name), 0)
    return int(parts.get("month") or 0)


def year_number(parts: Mapping[str, str | None]) -> int:
    """The year among the parts of a match; two digits mean this century."""
    if short := parts.get("short_year"):
        return 2000 + int(short)
    return int(parts.get("year") or 0)
