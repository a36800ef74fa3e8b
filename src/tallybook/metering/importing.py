"""From a usage file to the ledger: read, name, stage, judge, post; and the summary of it.

One transaction: a file is taken in as a whole, its bad rows aside, or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from tallybook.database.folding import fold
from tallybook.database.scope import subscription_scope
from tallybook.metering.naming import NameRefused, Names
from tallybook.metering.reading import ReadingOptions, RefusedRow, UsageFile, UsageRow, open_usage_file
from tallybook.metering.spool import Spool
from tallybook.subscriptions.models import Subscription
from tallybook.usage import judging
from tallybook.usage.identity import ObjectIdentity
from tallybook.usage.imports import FILE_SOURCE, begin_import, finish_import
from tallybook.usage.judging import Change, Missing, Post
from tallybook.usage.ledger import Posted, lock_ledger, post_staged
from tallybook.usage.staging import Stage, staging

_ROWS_A_PROGRESS = 5000
# The stage is compared as a whole several times; with the server's default it would be sorted on disk.
_WORK_MEMORY = "128MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the person who imports decides."""

    reading: ReadingOptions
    new_customers: bool = True
    replace: bool = False
    atomic: bool = False
    dry_run: bool = False

    @property
    def all_or_nothing(self) -> bool:
        """Replacing takes away what the file does not have; with a row refused, that could be the row's own object."""
        return self.atomic or self.replace


class Refusal(NamedTuple):
    """A row that was not taken: where it begins, the column as the file spells it, its value, and why."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(kw_only=True)
class Summary:
    """What came of a file. Numbers of rows, but for `customers_created` and `removed` (usage items)."""

    file_name: str
    profile: str
    encoding: str
    delimiter: str
    unknown_columns: tuple[str, ...]
    rows: int = 0
    new: int = 0
    existing: int = 0
    changed: int = 0
    removed: int = 0
    customers_created: int = 0
    imported: bool = False
    notes: list[str] = field(default_factory=list)
    refused: Spool[Refusal] = field(default_factory=lambda: Spool(Refusal))
    changes: Spool[Change] = field(default_factory=lambda: Spool(Change))
    missing: Spool[Missing] = field(default_factory=lambda: Spool(Missing))


class _NotKept(Exception):  # noqa: N818 - no error: it rolls the transaction back
    """Nothing of this import is kept."""


def import_file(
    subscription: Subscription,
    path: Path,
    options: ImportOptions,
    progress: Callable[[UsageFile, int], None] = lambda _file, _rows: None,
) -> Summary:
    """Take a usage file into the subscription's ledger.

    Args:
        subscription: whose usage it is.
        path: a file that `tallybook.metering.reading` can read.
        options: see ImportOptions.
        progress: called now and then with the file and the number of rows read so far.

    Raises:
        UnusableFile: nothing was imported, and the message says why.
    """
    with open_usage_file(path, options.reading) as file:
        summary = Summary(
            file_name=path.name,
            profile=file.profile,
            encoding=file.encoding,
            delimiter=file.delimiter,
            unknown_columns=file.unknown_columns,
        )
        try:
            with subscription_scope(subscription.id):
                _import(subscription, file, options, summary, progress)
        except _NotKept:
            pass
    return summary


def _import(
    subscription: Subscription,
    file: UsageFile,
    options: ImportOptions,
    summary: Summary,
    progress: Callable[[UsageFile, int], None],
) -> None:
    lock_ledger(subscription.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [_WORK_MEMORY])
    names = Names.load(subscription, allow_new=options.new_customers)
    unread: Spool[Refusal] = Spool(Refusal)
    shape = _Shape.of(file)
    with staging(shape.columns) as stage:
        summary.rows = _stage_rows(file, names, shape, stage, unread, progress)
    names.save()
    post = begin_import(subscription, FILE_SOURCE, replace=options.replace)
    repeats = judging.judge(post)
    posted = post_staged(post)
    _report(summary, file, names, post, unread)
    if options.all_or_nothing and summary.refused:
        raise _NotKept
    _count(summary, posted, repeats, names)
    if options.dry_run:
        raise _NotKept
    finish_import(post, _record(summary, file))
    summary.imported = True


def _stage_rows(
    file: UsageFile,
    names: Names,
    shape: "_Shape",
    stage: Stage,
    unread: Spool[Refusal],
    progress: Callable[[UsageFile, int], None],
) -> int:
    """Stage the rows that can be used and note the others. Returns the number of rows of the file."""
    rows = 0
    for rows, row in enumerate(file, start=1):  # noqa: B007 - the last number is the result
        if isinstance(row, RefusedRow):
            unread.append(Refusal(row.line, row.column, row.value, row.reason))
        else:
            try:
                stage.add(shape.staged(row, names))
            except NameRefused as refused:
                column = file.columns.get(refused.field, "")
                told = RefusedRow.of(row.line, column, refused.value, refused.reason)
                unread.append(Refusal(told.line, told.column, told.value, told.reason))
        if rows % _ROWS_A_PROGRESS == 0:
            progress(file, rows)
    progress(file, rows)
    return rows


# Fields of a row that are staged as they are.
_PLAIN = (
    "object_details",
    "object_id",
    "plan",
    "licence",
    "deleted",
    "invoice",
    "days_backed_up",
    "first_backup",
    "last_backup",
    "protected_bytes",
    "stored_bytes",
    "adjustment_for",
)
_NEEDED = (
    "line",
    "month",
    "customer_id",
    "organisation_id",
    "product_id",
    "object_key",
    "object_type",
    "object_name",
    "object_name_folded",
    "object_details_folded",
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which columns a file's rows fill; those that it does not have are not even staged."""

    columns: tuple[str, ...]
    plain: Callable[[UsageRow], tuple[object, ...]]

    @classmethod
    def of(cls, file: UsageFile) -> "_Shape":
        given = tuple(name for name in _PLAIN if name in file.given_columns)
        return cls((*_NEEDED, *given), _getter([UsageRow._fields.index(name) for name in given]))

    def staged(self, row: UsageRow, names: Names) -> tuple[object, ...]:
        product_id = names.product_id(row.product)
        named = names.named(row)
        name_folded = fold(row.object_name)
        details_folded = fold(row.object_details) if row.object_details else None
        identity = ObjectIdentity(
            product_id,
            named.organisation_id,
            fold(row.object_type),
            row.object_id,
            name_folded,
            details_folded,
            row.adjustment_for,
        )
        return (
            row.line,
            row.month,
            named.customer_id,
            named.organisation_id,
            product_id,
            identity.key(),
            row.object_type,
            row.object_name,
            name_folded,
            details_folded,
            *self.plain(row),
        )


def _getter(indexes: list[int]) -> Callable[[UsageRow], tuple[object, ...]]:
    """Like itemgetter, but a tuple also for one index and for none."""
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return lambda row: tuple(row[index] for index in indexes)


def _report(summary: Summary, file: UsageFile, names: Names, post: Post, unread: Spool[Refusal]) -> None:
    """Write down each finding by name, while the tables that hold them stand."""
    judged = (
        Refusal(one.line, file.columns.get(one.field, ""), RefusedRow.of(0, "", one.value, "").value, one.reason)
        for one in judging.judgements()
    )
    for refusal in merge(unread, judged, key=attrgetter("line")):
        summary.refused.append(refusal)
    for change in judging.changes():
        summary.changes.append(change._replace(field=file.columns.get(change.field, change.field)))
    for missing in judging.missing(post):
        summary.missing.append(missing)
    summary.notes.extend(names.notes.values())


def _count(summary: Summary, posted: Posted, repeats: int, names: Names) -> None:
    summary.new, summary.changed, summary.removed = posted.new, posted.changed, posted.removed
    summary.existing = posted.existing + repeats
    summary.customers_created = len(names.new_customers)


def _record(summary: Summary, file: UsageFile) -> dict[str, object]:
    return {
        "file_name": summary.file_name,
        "file_sha256": file.digest,
        "file_bytes": file.size_bytes,
        "profile": summary.profile,
        "row_count": summary.rows,
        "new_count": summary.new,
        "existing_count": summary.existing,
        "changed_count": summary.changed,
        "refused_count": len(summary.refused),
        "removed_count": summary.removed,
    }
