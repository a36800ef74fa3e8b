"""The cells of a record to a `UsageRow`, by readers that are made once per file."""

from __future__ import annotations

import calendar
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tallybook.metering.reading.formats import fold
from tallybook.metering.reading.header import FIELDS
from tallybook.metering.reading.numbers import NumberReader
from tallybook.metering.reading.refusals import CellRefused
from tallybook.metering.reading.rows import CUSTOMER_NAME_MAX_CHARACTERS, TEXT_MAX_CHARACTERS, UsageRow
from tallybook.metering.reading.times import MonthReader, TimeReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tallybook.metering.reading.header import Columns
    from tallybook.metering.reading.options import ReadingOptions
    from tallybook.metering.reading.profiles import Profile

T = TypeVar("T")

_REMEMBERED_MAX: Final = 8_192
_TIMES_REMEMBERED_MAX: Final = 65_536
"""A month has 44,640 minutes, and most sources tell times to the minute."""
_REMEMBERED_MAX_CHARACTERS: Final = 100
_INVOICE: Final = {"billable": "Billable", "free": "Free"}
TYPED_FIELDS: Final = frozenset({
    "month", "deleted", "days_backed_up", "first_backup", "last_backup", "protected_bytes", "stored_bytes",
    "adjustment_for",
})  # fmt: skip
"""The fields whose cells look different from profile to profile."""
_RARELY_THE_SAME: Final = (
    "object_name", "object_details", "object_id", "first_backup", "last_backup", "protected_bytes", "stored_bytes",
)  # fmt: skip
_TEXT_FIELDS: Final = (
    "customer", "customer_id", "customer_reference", "product", "plan", "organisation", "object_type", "object_name",
    "object_details", "object_id", "licence",
)  # fmt: skip


class Remembered(dict[str, T], Generic[T]):
    """What cells that recur were read as. A look-up is C's; only a new cell is read. Bounded, refusals are not kept."""

    def __init__(self, read: Callable[[str], T], most: int = _REMEMBERED_MAX) -> None:
        super().__init__()
        self._read = read
        self._most = most

    def __missing__(self, text: str) -> T:
        value = self._read(text)
        if len(self) >= self._most:
            self.clear()
        if len(text) <= _REMEMBERED_MAX_CHARACTERS:
            self[text] = value
        return value


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


def compile_row_reader(columns: Columns, profile: Profile, options: ReadingOptions) -> Callable[[int, list[str]], UsageRow]:
    """The function that reads one record of the right number of cells; it raises `CellRefused`.

    It is one function over local variables because it runs a million times, and calls are what costs.
    """
    readers = field_readers(columns, profile, options)
    remembered = [Remembered(reader) for field, reader in readers.items() if field not in _RARELY_THE_SAME]
    (
        months, customers, customer_ids, references, products, plans, organisations, types, licences, deleted_words,
        invoice_words, day_counts, adjustments,
    ) = remembered  # fmt: skip
    read_name, read_details, read_id = _object_name, readers["object_details"], readers["object_id"]
    first_times, last_times = (
        Remembered(readers[field], _TIMES_REMEMBERED_MAX) for field in ("first_backup", "last_backup")
    )  # fmt: skip
    read_protected, read_stored = readers["protected_bytes"], readers["stored_bytes"]
    pick = _picker(columns)
    restore = partial(_restore, _text_indexes(columns)) if profile.restore_neutralised else None
    make, most = tuple.__new__, TEXT_MAX_CHARACTERS

    def read(line: int, cells: list[str]) -> UsageRow:
        cells.append("")
        if restore:
            restore(cells)
        (
            month, customer, customer_id, reference, product, plan, organisation, object_type, name, details,
            object_id, licence, deleted, invoice, days, first_backup, last_backup, protected, stored, adjustment_for,
        ) = pick(cells)  # fmt: skip
        row = make(
            UsageRow,
            (
                line, months[month], customers[customer], customer_ids[customer_id], references[reference],
                products[product], plans[plan], organisations[organisation], types[object_type],
                name if name and len(name) <= most and not name.isspace() else read_name(name),
                read_details(details) if details else None, read_id(object_id) if object_id else None,
                licences[licence], deleted_words[deleted], invoice_words[invoice], day_counts[days],
                first_times[first_backup], last_times[last_backup], read_protected(protected) if protected else None,
                read_stored(stored) if stored else None, adjustments[adjustment_for],
            ),
        )  # fmt: skip
        if days or first_backup:
            _check_days(row, days)
            _check_order(row, first_backup)
        return row

    return read


def _picker(columns: Columns) -> Callable[[list[str]], tuple[str, ...]]:
    """Picks the cells in the order of the fields; a field without a column gets the empty cell added at the end."""
    indexes = [columns.indexes.get(field, len(columns.header)) for field in FIELDS]
    return itemgetter(*indexes)


def _text_indexes(columns: Columns) -> tuple[int, ...]:
    return tuple(index for field, index in columns.indexes.items() if field in _TEXT_FIELDS)


def _restore(indexes: tuple[int, ...], cells: list[str]) -> None:
    """Take back the one apostrophe by which a text was kept from looking like a formula."""
    for index in indexes:
        cells[index] = cells[index].removeprefix("'")


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


def _check_days(row: UsageRow, text: str) -> None:
    if row.days_backed_up is None:
        return
    last_day = calendar.monthrange(row.month.year, row.month.month)[1]
    if row.days_backed_up > last_day:
        raise CellRefused("days_backed_up", text, f"More than the {last_day} days of {row.month:%Y-%m}.")


def _check_order(row: UsageRow, text: str) -> None:
    if row.first_backup and row.last_backup and row.first_backup > row.last_backup:
        raise CellRefused("first_backup", text, "The first backup is later than the last one; correct one of them.")
