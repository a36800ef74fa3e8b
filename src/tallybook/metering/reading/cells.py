"""The cells of records to the values of a `Batch`, by readers that are made once per file."""

from __future__ import annotations

import calendar
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

from tallybook.metering.reading.formats import fold
from tallybook.metering.reading.header import FIELDS, RECURRING, SIZES, TIMES
from tallybook.metering.reading.numbers import NumberReader
from tallybook.metering.reading.plain import are_digits, are_texts, are_times
from tallybook.metering.reading.refusals import CellRefused
from tallybook.metering.reading.remembered import Remembered
from tallybook.metering.reading.rows import CUSTOMER_NAME_MAX_CHARACTERS, TEXT_MAX_CHARACTERS, Batch
from tallybook.metering.reading.times import MonthReader, TimeReader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date

    from tallybook.metering.reading.header import Columns
    from tallybook.metering.reading.options import ReadingOptions
    from tallybook.metering.reading.profiles import Profile
    from tallybook.metering.reading.records import Table

    Texts = Sequence[Sequence[str]]
    """The cells of records, column by column."""
    Check = Callable[["Batch", Texts], None]

_TIMES_REMEMBERED_MAX: Final = 65_536
"""A month has 44,640 minutes, and most sources tell times to the minute."""
_INVOICE: Final = {"billable": "Billable", "free": "Free"}
TYPED_FIELDS: Final = frozenset({
    "month", "deleted", "days_backed_up", "first_backup", "last_backup", "protected_bytes", "stored_bytes",
    "adjustment_for",
})  # fmt: skip
"""The fields whose cells look different from profile to profile."""
_TEXT_FIELDS: Final = frozenset({
    "customer", "customer_id", "customer_reference", "product", "plan", "organisation", "object_type", "object_name",
    "object_details", "object_id", "licence",
})  # fmt: skip
_SHORTEST_MONTH: Final = 28


def field_readers(columns: Columns, profile: Profile, options: ReadingOptions) -> dict[str, Callable[[str], object]]:
    """For each field the function that reads its cell; they raise `CellRefused`, and give None for nothing known."""
    months, numbers, times = MonthReader(profile), NumberReader(profile), TimeReader(profile, options.time_zone)
    return {
        "month": partial(_month, months, options.month and options.month.replace(day=1)),
        "customer": partial(_needed_text, "customer", "The customer's name", CUSTOMER_NAME_MAX_CHARACTERS),
        "customer_id": partial(_text_as_written, "customer_id"),
        "customer_reference": partial(_text_as_written, "customer_reference"),
        "product": partial(_needed_text, "product", "The product", TEXT_MAX_CHARACTERS),
        "plan": partial(_text, "plan"),
        "organisation": partial(_text, "organisation"),
        "object_type": partial(_needed_text, "object_type", "The object's type", TEXT_MAX_CHARACTERS),
        "object_name": _object_name,
        "object_details": partial(_text_as_written, "object_details"),
        "object_id": partial(_text_as_written, "object_id"),
        "licence": partial(_text, "licence"),
        "deleted": partial(_yes_or_no, profile),
        "invoice": _invoice,
        "days_backed_up": partial(numbers.whole, "days_backed_up"),
        "first_backup": partial(times.read, "first_backup"),
        "last_backup": partial(times.read, "last_backup"),
        "protected_bytes": numbers.size_reader("protected_bytes", columns.unit_bytes.get("protected_bytes", 1)),
        "stored_bytes": numbers.size_reader("stored_bytes", columns.unit_bytes.get("stored_bytes", 1)),
        "adjustment_for": partial(months.read, "adjustment_for"),
    }


def compile_reader(
    columns: Columns, profile: Profile, options: ReadingOptions, wanted: Collection[str] = FIELDS
) -> Callable[[Table], Batch]:
    """The function that reads records of the right number of cells; it raises `CellRefused` for the first bad column.

    It goes from column to column and not from row to row: so nearly all of its loops are C's.
    A field that is not `wanted` is checked all the same.
    """
    readers = field_readers(columns, profile, options)
    checks = _checks(columns)
    needed = frozenset(wanted).union(*checks)
    by_column = [_column_reader(field, readers[field], columns, profile, is_needed=field in needed) for field in FIELDS]

    def read(table: Table) -> Batch:
        texts = table.columns
        batch = Batch([table.lines, *[read_column(texts, len(table.lines)) for read_column in by_column]])
        for check in checks.values():
            check(batch, texts)
        return batch

    return read


def _column_reader(
    field: str, read: Callable[[str], object], columns: Columns, profile: Profile, *, is_needed: bool
) -> Callable[[Texts, int], Sequence[object]]:
    """What reads a field's column, out of the texts of all columns; without a column, what an empty cell says counts."""
    index = columns.indexes.get(field)
    if index is None:
        value = read("")
        return lambda _texts, count: [value] * count
    if field in RECURRING:
        read_all, read = _read_recurring, Remembered(read).__getitem__
    elif field in TIMES:
        read_all = _read_each if is_needed else partial(_check_all, are_times)
        read = Remembered(read, most=_TIMES_REMEMBERED_MAX).__getitem__
    elif field not in SIZES:
        read_all = _read_texts
    elif columns.unit_bytes[field] == 1:
        read_all = _read_digits if is_needed else partial(_check_all, are_digits)
    else:
        read_all = _read_each
    if profile.restore_neutralised and field in _TEXT_FIELDS:
        return lambda texts, _count: read_all(read, [_restored(text) for text in texts[index]])
    return lambda texts, _count: read_all(read, texts[index])


def _read_each(read: Callable[[str], object], texts: Sequence[str]) -> Sequence[object]:
    return list(map(read, texts))


def _read_recurring(read: Callable[[str], object], texts: Sequence[str]) -> Sequence[object]:
    """As above; where files are sorted, as most are, a column often says the same all the way down."""
    first = texts[0]
    if first == texts[-1] and texts.count(first) == len(texts):
        return [read(first)] * len(texts)
    return _read_each(read, texts)


def _read_texts(read: Callable[[str], object], texts: Sequence[str]) -> Sequence[object]:
    return texts if are_texts(texts) else _read_each(read, texts)


def _read_digits(read: Callable[[str], object], texts: Sequence[str]) -> Sequence[object]:
    return list(map(int, texts)) if are_digits(texts) else _read_each(read, texts)


def _check_all(
    are_plain: Callable[[Sequence[str]], bool], read: Callable[[str], object], texts: Sequence[str]
) -> Sequence[object]:
    """Raises what reading them would, and reads nothing."""
    if not are_plain(texts):
        deque(map(read, texts), maxlen=0)
    return [None] * len(texts)


def _restored(text: str) -> str:
    """Take back the one apostrophe by which a text was kept from looking like a formula."""
    return text.removeprefix("'")


def _checks(columns: Columns) -> dict[tuple[str, ...], Check]:
    """What has to hold between fields of a row, where there are columns for them."""
    checks: dict[tuple[str, ...], Check] = {}
    if (days := columns.indexes.get("days_backed_up")) is not None:
        checks["month", "days_backed_up"] = partial(_check_days, days)
    if (first := columns.indexes.get("first_backup")) is not None and "last_backup" in columns.indexes:
        checks["first_backup", "last_backup"] = partial(_check_order, first)
    return checks


def _month(months: MonthReader, default: date | None, text: str) -> date:
    if month := months.read("month", text) or default:
        return month
    raise CellRefused("month", text, "The row names no month; fill it in, or say --month YYYY-MM for such rows.")


def _text(field: str, text: str) -> str | None:
    return _checked_length(field, text.strip(), TEXT_MAX_CHARACTERS) or None


def _text_as_written(field: str, text: str) -> str | None:
    return None if text.isspace() else _checked_length(field, text, TEXT_MAX_CHARACTERS) or None


def _needed_text(field: str, what: str, max_characters: int, text: str) -> str:
    if not (trimmed := text.strip()):
        raise CellRefused(field, text, f"{what} is empty; fill it in.")
    return _checked_length(field, trimmed, max_characters)


def _object_name(text: str) -> str:
    if not text or text.isspace():
        raise CellRefused("object_name", text, "The object's name is empty; fill it in.")
    return _checked_length("object_name", text, TEXT_MAX_CHARACTERS)


def _checked_length(field: str, text: str, max_characters: int) -> str:
    if len(text) > max_characters:
        raise CellRefused(field, text, f"The text has {len(text):,} characters; at most {max_characters:,} are taken.")
    return text


def _yes_or_no(profile: Profile, text: str) -> bool | None:
    if not (word := fold(text)):
        return None
    if (value := profile.yes_no.get(word)) is None:
        raise CellRefused("deleted", text, "Neither yes nor no; write Yes, No or nothing.")
    return value


def _invoice(text: str) -> str | None:
    if not (word := fold(text)):
        return None
    if (value := _INVOICE.get(word)) is None:
        raise CellRefused("invoice", text, "Neither Billable nor Free; write one of them or nothing.")
    return value


def _check_days(index: int, batch: Batch, texts: Texts) -> None:
    for number, (month, days) in enumerate(zip(batch["month"], batch["days_backed_up"], strict=True)):
        if days and days > _SHORTEST_MONTH and days > (last_day := calendar.monthrange(month.year, month.month)[1]):
            reason = f"More than the {last_day} days of {month:%Y-%m}."
            raise CellRefused("days_backed_up", texts[index][number], reason)


def _check_order(index: int, batch: Batch, texts: Texts) -> None:
    for number, (first, last) in enumerate(zip(batch["first_backup"], batch["last_backup"], strict=True)):
        if first and last and first > last:
            reason = "The first backup is later than the last one; correct one of them."
            raise CellRefused("first_backup", texts[index][number], reason)
