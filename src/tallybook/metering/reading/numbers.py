"""Numbers of cells: whole ones, and sizes in a unit. Never a float on the way."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from tallybook.metering.reading.refusals import CellRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tallybook.metering.reading.profiles import Profile

NUMBER_MAX: Final = 2**63 - 1
"""The largest integer of the database."""
_NUMBER_MAX_CHARACTERS = 60
PLAIN_MAX_CHARACTERS = 18
"""So many digits are below `NUMBER_MAX` whatever they are."""
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
_SHORTENED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)
# 1.000 may be a thousand elsewhere, so three zeros are no empty fraction; other programs write whole numbers as 12.0.
_EMPTY_FRACTION = re.compile("0{1,2}")


class NumberReader:
    """Reads numbers as a profile writes them."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile.name
        self._decimal_mark = profile.decimal_mark
        marks = "".join(map(re.escape, profile.grouping_marks))
        grouped = rf"[0-9]{{1,3}}(?P<mark>[{marks}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*" if marks else "(?P<mark>(?!))"
        decimal_mark = re.escape(profile.decimal_mark)
        self._pattern = re.compile(rf"(?P<whole>{grouped}|[0-9]+)(?:{decimal_mark}(?P<fraction>[0-9]+))?")

    def whole(self, field: str, text: str) -> int | None:
        """A whole number, zero or more; None for an empty cell."""
        # isdigit alone also takes the digits of other scripts, and superscripts.
        if len(text) <= PLAIN_MAX_CHARACTERS and text.isascii() and text.isdigit():
            return int(text)
        if not (trimmed := text.strip()):
            return None
        whole, fraction = self._parts(field, text, trimmed)
        if fraction and not _EMPTY_FRACTION.fullmatch(fraction):
            raise CellRefused(field, text, f"Not a whole number in the profile {self._profile}; write digits only.")
        return _bounded(field, text, int(whole))

    def size_reader(self, field: str, unit_bytes: int) -> Callable[[str], int | None]:
        """What reads sizes in a unit of so many bytes: as bytes, rounded to the nearest; None for an empty cell."""
        return partial(self.whole, field) if unit_bytes == 1 else partial(self._size, field, unit_bytes)

    def _size(self, field: str, unit_bytes: int, text: str) -> int | None:
        if not (trimmed := text.strip()):
            return None
        whole, fraction = self._parts(field, text, trimmed)
        size = _EXACT.multiply(Decimal(f"{whole}.{fraction or 0}"), Decimal(unit_bytes))
        return _bounded(field, text, int(size.to_integral_value(context=_EXACT)))

    def _parts(self, field: str, text: str, trimmed: str) -> tuple[str, str | None]:
        """The digits before and after the decimal mark, without grouping marks."""
        match = self._pattern.fullmatch(trimmed) if len(trimmed) <= _NUMBER_MAX_CHARACTERS else None
        if match is None:
            raise CellRefused(field, text, self._why_none(trimmed))
        whole, mark, fraction = match.group("whole", "mark", "fraction")
        return whole.replace(mark, "") if mark else whole, fraction

    def _why_none(self, trimmed: str) -> str:
        if _SHORTENED.fullmatch(trimmed):
            return (
                "The spreadsheet shortened this number and its last digits are lost; "
                "format the column as a number without decimals and save the file again."
            )
        if trimmed.startswith(("-", "\u2212")):
            return "The number is negative; sizes and counts are zero or more, and an empty cell says that nothing is known."
        return f"Not a number; the profile {self._profile} writes digits, and {self._decimal_mark!r} before decimals."


def _bounded(field: str, text: str, number: int) -> int:
    if number > NUMBER_MAX:
        raise CellRefused(field, text, f"The number is too large; the largest is {NUMBER_MAX:,}.")
    return number
