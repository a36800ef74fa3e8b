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
}
_OPTION = re.compile(r"--([a-z]+)(?: (YYYY-MM|[\w-]*\d[\w-]*))?")
_LEFT_OUT = "Leave out --no-new-customers to add it."
_TICKED = "Tick “Add customers that are not known yet” and check again to add it."
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
DONE = {
    "imported": "The file was imported.",
    "undone": "The import was undone. What it said is kept, and counts no more.",
    "removed": "The file was removed. Nothing of it was imported.",
}


def for_the_form(sentence: str) -> str:
    """A sentence in which options of the command are called as the fields of the form are."""
    return _OPTION.sub(_field, sentence.replace(_LEFT_OUT, _TICKED))


def _field(match: re.Match[str]) -> str:
    """The field of an option, with the value that is told for it, if one is."""
    option, value = match.groups()
    if option not in _OPTIONS:
        return match[0]
    return f"{value} under “{_OPTIONS[option]}”" if value else f"“{_OPTIONS[option]}”"


def reach_words(reach: Reach | None) -> str:
    """Of which months an import speaks: `September 2026`, or `3 months, July 2026 to September 2026`."""
    if reach is None:
        return ""
    if reach.months == 1:
        return month_name(reach.first_month)
    return f"{reach.months} months, {month_name(reach.first_month)} to {month_name(reach.last_month)}"
