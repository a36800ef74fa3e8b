"""Importing in words: what is done with a file, and sentences that speak of a command's options said for the form instead."""

import re

from tallybook.console.wording import month_name
from tallybook.usage.imports import Reach

_OPTIONS = {
    "month": "Month of rows that name none",
    "profile": "Profile",
    "encoding": "Encoding",
    "delimiter": "Delimiter",
    "replace": "Take away what the file does not have",
    "no-new-customers": "refusing new customers",
}
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
DONE = {
    "undone": "The import was undone. What it said is kept, and counts no more.",
    "removed": "The file was removed. Nothing of it was imported.",
}


def for_the_form(sentence: str) -> str:
    """A sentence in which options of the command are called as the fields of the form are."""
    return _OPTION.sub(lambda match: f"“{_OPTIONS[match[1]]}”" if match[1] in _OPTIONS else match[0], sentence)


def reach_words(reach: Reach | None) -> str:
    """Of which months an import speaks: `September 2026`, or `3 months, July 2026 to September 2026`."""
    if reach is None:
        return ""
    if reach.months == 1:
        return month_name(reach.first_month)
    return f"{reach.months} months, {month_name(reach.first_month)} to {month_name(reach.last_month)}"
