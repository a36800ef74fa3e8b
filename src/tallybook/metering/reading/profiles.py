"""Profiles: how the files of one kind of spreadsheet look, declared in `profiles/*.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tallybook.metering.reading.formats import compile_format, fold, fold_header

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

BASE_PROFILE: Final = "itemised"
AUTOMATIC: Final = "auto"
CANDIDATES: Final = (BASE_PROFILE, "german", "british", "american", "french")
"""The profiles that `auto` chooses among, in the order in which equals are taken.

`excel` is not among them: it takes something away from the text, which must be asked for.
"""
PROFILE_NAMES: Final = (BASE_PROFILE, "excel", *CANDIDATES[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How to read the cells of one kind of file."""

    name: str
    description: str
    encoding: str | None
    decimal_mark: str
    grouping_marks: tuple[str, ...]
    month_formats: tuple[re.Pattern[str], ...]
    time_formats: tuple[re.Pattern[str], ...]
    month_example: str
    time_example: str
    month_names: Mapping[str, int]
    yes_no: Mapping[str, bool]
    columns: Mapping[str, tuple[str, int]]
    """Folded name of a column to the field of `UsageRow` and the bytes of its unit (1 where there is none)."""
    units: Mapping[str, int]
    """Folded name of a unit of size to its bytes."""
    restore_neutralised: bool


@cache
def load_profile(name: str) -> Profile:
    """The profile of that name, one of `PROFILE_NAMES`."""
    declared = _declared(BASE_PROFILE)
    if name != BASE_PROFILE:
        declared = _extended(declared, _declared(name))
    return _compiled(declared)


def _declared(name: str) -> dict[str, Any]:
    text = files("tallybook.metering.reading").joinpath("profiles", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _extended(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Lists are put before the base's, tables are merged, anything else replaces."""
    merged = dict(base)
    for key, value in own.items():
        match value:
            case list():
                merged[key] = value + base.get(key, [])
            case dict():
                merged[key] = _extended(base.get(key, {}), value)
            case _:
                merged[key] = value
    return merged


def _compiled(declared: dict[str, Any]) -> Profile:
    months = {fold(name): int(number) for number, names in declared["month_names"].items() for name in names}
    yes_no = {fold(word): True for word in declared["yes"]} | {fold(word): False for word in declared["no"]}
    return Profile(
        name=declared["name"],
        description=declared["description"],
        encoding=declared.get("encoding"),
        decimal_mark=declared["decimal_mark"],
        grouping_marks=tuple(declared["grouping_marks"]),
        month_formats=tuple(compile_format(written) for written in declared["month_formats"]),
        time_formats=tuple(compile_format(written) for written in declared["time_formats"]),
        month_example=declared["month_example"],
        time_example=declared["time_example"],
        month_names=MappingProxyType(months),
        yes_no=MappingProxyType(yes_no),
        columns=MappingProxyType(_columns(declared)),
        units=MappingProxyType({fold(unit): unit_bytes for unit, unit_bytes in declared["units"].items()}),
        restore_neutralised=declared.get("restore_neutralised", False),
    )


def _columns(declared: dict[str, Any]) -> dict[str, tuple[str, int]]:
    columns = {fold_header(name): (field, 1) for field, names in declared["columns"].items() for name in names}
    for field, names in declared["size_columns"].items():
        for unit, unit_bytes in declared["units"].items():
            columns.update(dict.fromkeys(_with_unit(names, unit), (field, unit_bytes)))
    return columns


def _with_unit(names: Iterable[str], unit: str) -> Iterable[str]:
    return (fold_header(form.format(name, unit)) for name in names for form in ("{} ({})", "{} [{}]", "{} {}", "{} in {}"))
