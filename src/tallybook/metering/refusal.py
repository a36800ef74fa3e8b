"""A row that was not taken."""

from typing import NamedTuple


class Refusal(NamedTuple):
    """Where the row begins, the column as the file spells it, its value, and why."""

    line: int
    column: str
    value: str
    reason: str
