"""The forms of importing: a file that is sent, and how it is to be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from tallybook.console.forms import MonthField
from tallybook.metering.reading import AUTOMATIC, FIELDS, NEEDED, PROFILE_NAMES, TITLES, load_profile
from tallybook.usage.months import month_text

_ENCODING_CHARACTERS = 40
ENCODINGS = ("cp1252", "iso-8859-15", "utf-16-le", "cp437", "shift_jis")
DELIMITERS = {"": "Found from the file", "comma": "Comma", "semicolon": "Semicolon", "tab": "Tab", "pipe": "Vertical bar"}
_COLUMN = "column-"


class FileForm(forms.Form):
    """A usage file."""

    file = forms.FileField(
        allow_empty_file=True,
        error_messages={"required": "Choose a usage file."},
    )


@dataclass(frozen=True)
class ColumnChoice:
    """A field, the column that it is read from (or none), and whether rows need it."""

    field: str
    label: str
    chosen: str
    is_needed: bool

    @property
    def name(self) -> str:
        return _COLUMN + self.field


class ReadingForm(forms.Form):
    """How an uploaded file is to be read. Columns are sent by name, and only those that differ from what was found are kept."""

    profile = forms.ChoiceField(
        choices=[(name, name) for name in (AUTOMATIC, *PROFILE_NAMES)],
        required=False,
        error_messages={"invalid_choice": "There is no such profile. Choose one of the list."},
    )
    encoding = forms.CharField(
        required=False,
        max_length=_ENCODING_CHARACTERS,
        error_messages={"max_length": "That is too long for the name of an encoding. Try cp1252."},
    )
    delimiter = forms.ChoiceField(
        choices=list(DELIMITERS.items()),
        required=False,
        error_messages={"invalid_choice": "There is no such delimiter. Choose one of the list."},
    )
    month = MonthField(label="The month", required=False)
    new_customers = forms.BooleanField(required=False)
    replace = forms.BooleanField(required=False)

    def __init__(self, sent: QueryDict | None, stored: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        super().__init__(sent)
        self._sent = sent
        self._stored = stored
        # On one line, as a browser sends back what stands in a form.
        self.header: list[str] = [_on_one_line(title) for title in found.get("header", ()) if title]
        self._read = {field: _on_one_line(title) for field, title in found.get("columns", {}).items()}

    def clean(self) -> None:
        said: dict[str, str] = {}
        for field, title in self._columns().items():
            if title and title not in self.header:
                self.add_error(None, f"The file has no column {title!r}. Choose one of its own.")
            if title and title in said.values():
                self.add_error(None, f"The column {title!r} is chosen for two things. Choose it for one.")
            if title:
                said[field] = title

    @property
    def options(self) -> dict[str, Any]:
        """As an upload keeps them."""
        cleaned = self.cleaned_data
        stored = self._stored.get("columns", {})
        sent = self._columns().items()
        said = {
            field: title for field, title in sent if title != self._read.get(field, "") or title != stored.get(field, title)
        }
        month = cleaned["month"]
        return {
            "profile": cleaned["profile"],
            "encoding": cleaned["encoding"],
            "delimiter": cleaned["delimiter"],
            "month": month_text(month) if month else "",
            "new_customers": cleaned["new_customers"],
            "replace": cleaned["replace"],
            "columns": stored | said,
        }

    def _columns(self) -> dict[str, str]:
        """The columns that were sent, by field."""
        if self._sent is None:
            return {}
        return {field: _on_one_line(str(self._sent[_COLUMN + field])) for field in FIELDS if _COLUMN + field in self._sent}

    @property
    def values(self) -> dict[str, Any]:
        """What the fields show: what was sent, else what is kept."""
        if self._sent is not None:
            return self._sent.dict()
        return {"new_customers": True} | dict(self._stored)

    @property
    def columns(self) -> Iterator[ColumnChoice]:
        sent, read = self._columns(), self._read
        for field in FIELDS:
            yield ColumnChoice(field, TITLES[field], sent.get(field, read.get(field, "")), field in NEEDED)

    @property
    def profiles(self) -> list[tuple[str, str]]:
        described = [(name, f"{name}: {load_profile(name).description}") for name in PROFILE_NAMES]
        return [(AUTOMATIC, "Found from the file"), *described]

    @property
    def delimiters(self) -> list[tuple[str, str]]:
        return list(DELIMITERS.items())

    @property
    def encodings(self) -> tuple[str, ...]:
        return ENCODINGS


def _on_one_line(title: str) -> str:
    return " ".join(title.split())
