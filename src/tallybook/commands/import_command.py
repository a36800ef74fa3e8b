"""`tallybook import`: a usage file into the ledger."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tallybook.commands import INTERRUPTED
from tallybook.commands.acting import acting_operator
from tallybook.commands.environment import open_database
from tallybook.commands.options import AsJson, Delimiter, Encoding, ReadingProfile, SubscriptionName
from tallybook.commands.printing import SOME_ROWS_REFUSED, print_some, refusals_in_words
from tallybook.errors import Refused
from tallybook.metering.importing import ImportOptions, Watcher, import_file
from tallybook.metering.reading import AUTOMATIC, TITLES, ReadingOptions, UsageFile, field_of_title
from tallybook.metering.refused_rows import write_refused_rows
from tallybook.metering.summary import Summary
from tallybook.subscriptions.near import did_you_mean
from tallybook.subscriptions.subscriptions import find_subscription
from tallybook.usage.months import parse_month

_ROWS_A_LINE = 100_000


def import_(  # noqa: PLR0913 - one parameter for each option
    file: Annotated[Path, typer.Argument(help="The usage file.")],
    subscription: SubscriptionName,
    *,
    profile: ReadingProfile = AUTOMATIC,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Month of rows that name none.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="TITLE=NAME", help="A column of the report, and the file's name for it; no name: none."),
    ] = None,
    new_customers: Annotated[
        bool, typer.Option("--new-customers/--no-new-customers", help="Whether customers that are not known yet are added.")
    ] = True,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take away what the file does not have, for its customers, products and months.")
    ] = False,
    atomic: Annotated[bool, typer.Option("--atomic", help="Take all rows or, if one is refused, none.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    refused: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the refused rows here, each with its reason, to be mended.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a usage file into the ledger. Status 0: all rows were taken; 1: some were refused; 2: the file is not usable."""
    given_month = parse_month(month, "--month") if month else None
    columns = _said_columns(column or [])
    if refused is not None and refused.exists() and file.exists() and refused.samefile(file):
        raise Refused("--refused names the usage file itself, which would be overwritten. Name another file.")
    with _interruption_told():
        open_database()
        chosen = find_subscription(subscription)
        reading = ReadingOptions(
            profile=profile,
            encoding=encoding,
            delimiter=delimiter,
            month=given_month,
            columns=columns,
            time_zone=chosen.zone,
        )
        options = ImportOptions(reading=reading, new_customers=new_customers, replace=replace, atomic=atomic, dry_run=dry_run)
        with _watching() as watcher:
            summary = import_file(chosen, file, options, actor=acting_operator(), watcher=watcher)
    if refused is not None:
        _write_refused(file, summary, refused)
    if as_json:
        _print_json(summary)
    else:
        _print_text(summary, options)
    if summary.refused:
        raise typer.Exit(SOME_ROWS_REFUSED)


def _said_columns(said: Iterable[str]) -> dict[str, str]:
    """Field of a row to the column's name.

    Raises:
        Refused: one is not `TITLE=NAME`, or there is no such column in the report.
    """
    columns: dict[str, str] = {}
    for one in said:
        title, equals, name = one.partition("=")
        field = field_of_title(title)
        if not equals or field is None:
            near = did_you_mean(title, TITLES.values(), otherwise="The page on importing has them all.")
            raise Refused(f"--column {one!r} is not a column of the report, an equals sign and a name of the file. {near}")
        columns[field] = name.strip()
    return columns


def _write_refused(file: Path, summary: Summary, target: Path) -> None:
    try:
        write_refused_rows(file, summary, target)
    except OSError as error:
        done = "The file was imported" if summary.imported else "Nothing was imported"
        raise Refused(f"{done}, but its refused rows cannot be written to {target}: {error.strerror}.") from None


@contextmanager
def _interruption_told() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as interrupted:
        sys.stderr.write(f"tallybook: {interrupted or 'Interrupted before the file was read; nothing of it was kept.'}\n")
        raise typer.Exit(INTERRUPTED) from None


class _Lines(Watcher):
    """Tells on standard error how an import gets on, in plain lines."""

    _told = 0

    def moved(self, file: UsageFile, rows: int) -> None:
        if rows // _ROWS_A_LINE > self._told and file.digest is None:
            self._told = rows // _ROWS_A_LINE
            sys.stderr.write(f"{rows:,} rows, {100 * file.position_bytes // max(file.size_bytes, 1)} % of the file read\n")

    def waits(self) -> None:
        sys.stderr.write("tallybook: Somebody else changes this subscription's ledger or names; waiting for the end of that.\n")


class _Bar(_Lines):
    """Shows on a terminal how an import gets on."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Reading", total=None)

    def moved(self, file: UsageFile, rows: int) -> None:
        done = f"{rows:,} rows" if file.position_bytes < file.size_bytes else "Writing to the ledger"
        self._bar.update(self._task, total=file.size_bytes, completed=file.position_bytes, description=done)


@contextmanager
def _watching() -> Iterator[Watcher]:
    """A bar on a terminal, plain lines otherwise; on standard error, so that the summary can be piped."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bar(bar)


def _print_text(summary: Summary, options: ImportOptions) -> None:
    print(f"{summary.file_name}: {_first_words(summary, options)}")
    if summary.rows:
        print(
            f"  {summary.rows:,} rows: {summary.new:,} new, {summary.existing:,} existing, {summary.changed:,} changed, "
            f"{len(summary.refused):,} refused."
        )
    print(f"  Read with the profile {summary.profile}, encoding {summary.encoding}, delimiter {summary.delimiter!r}.")
    if summary.customers_created:
        print(f"  New customers: {summary.customers_created:,}.")
    if summary.unknown_columns:
        print(f"  Columns that say nothing to Tallybook: {', '.join(map(repr, summary.unknown_columns))}.")
    for note in summary.notes:
        print(f"  {note}")
    _print_findings(summary, options)


def _first_words(summary: Summary, options: ImportOptions) -> str:
    if not summary.rows:
        return "the file has a header and no rows; nothing was imported."
    if summary.imported:
        return "no row was imported." if len(summary.refused) == summary.rows else "imported."
    if options.all_or_nothing and summary.refused:
        kind = "--atomic" if options.atomic else "--replace"
        return f"nothing was imported: {kind} takes all rows or none, and some were refused."
    return "nothing was changed; this is what would happen."


def _print_findings(summary: Summary, options: ImportOptions) -> None:
    changes = (f"line {one.line}, {one.field}: {_shown(one.before)} -> {_shown(one.after)}" for one in summary.changes)
    print_some("Changed", changes, len(summary.changes))
    missing = (f"{one.month}, {one.customer}, {one.product}: {one.object_type} {one.object_name!r}" for one in summary.missing)
    untold = "In the ledger, but in no row that was taken" if summary.refused else "In the ledger, but not in this file"
    verb = "Removed" if options.replace and summary.imported else f"{untold} (--replace would remove them)"
    print_some(verb, missing, len(summary.missing))
    print_some("Refused", refusals_in_words(summary.refused), len(summary.refused))


def _shown(value: str | None) -> str:
    return "nothing" if value is None else repr(value)


def _print_json(summary: Summary) -> None:
    """One object, written piece by piece: the lists may be as long as the file."""
    head = {
        "file": summary.file_name,
        "profile": summary.profile,
        "encoding": summary.encoding,
        "delimiter": summary.delimiter,
        "unknownColumns": list(summary.unknown_columns),
        "imported": summary.imported,
        "rows": summary.rows,
        "new": summary.new,
        "existing": summary.existing,
        "changed": summary.changed,
        "removed": summary.removed,
        "customersCreated": summary.customers_created,
        "notes": summary.notes,
    }
    out = sys.stdout
    out.write(json.dumps(head, ensure_ascii=False)[:-1])
    _write_list("refused", (one._asdict() for one in summary.refused))
    changes = ({"line": one.line, "column": one.field, "before": one.before, "after": one.after} for one in summary.changes)
    _write_list("changes", changes)
    names = ("month", "customerName", "product", "objectTypeBackedUp", "objectName")
    _write_list("missing", (dict(zip(names, one, strict=True)) for one in summary.missing))
    out.write("}\n")


def _write_list(name: str, items: Iterable[Mapping[str, object]]) -> None:
    sys.stdout.write(f', "{name}": [')
    for number, item in enumerate(items):
        sys.stdout.write((", " if number else "") + json.dumps(item, ensure_ascii=False))
    sys.stdout.write("]")
