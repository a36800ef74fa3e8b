"""`tallybook bill FILE...`: the billed Microsoft 365 users of usage files, without a database."""

import gc
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import typer

from tallybook.billing.differences import Cause
from tallybook.billing.file_bill import Difference, FileBill
from tallybook.billing.file_count import FileCount, Rows
from tallybook.commands.printing import SOME_ROWS_REFUSED, print_some, print_table, refusals_in_words
from tallybook.database.folding import fold_name
from tallybook.errors import NotFound
from tallybook.metering.reading import Batch, ReadingOptions, RefusedRow, open_usage_file
from tallybook.metering.refusal import Refusal
from tallybook.metering.spool import Spool
from tallybook.subscriptions.near import did_you_mean
from tallybook.usage.months import month_text

_WANTED = {*Rows._fields, "adjustment_for"}


def bill_files(
    files: Iterable[Path], options: ReadingOptions, *, customer: str | None, month: date | None, as_json: bool
) -> None:
    """Print what the files come to.

    Raises:
        NotFound: there are no rows of this customer or month.
    """
    reader = _Reader(options, month, fold_name(customer) if customer else None)
    with _nothing_collected():
        for path in files:
            reader.read(path)
        reader.check_found(customer)
        found = reader.count.result()
        _warn(found, reader.adjustments)
        if as_json:
            print(json.dumps(_as_json(found), ensure_ascii=False))
        else:
            _print_table(found)
            _print_differences(found.differences)
    if reader.refused:
        raise typer.Exit(SOME_ROWS_REFUSED)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is counted is kept to the end: looking through it, again and again, for what can be thrown away finds nothing."""
    gc.disable()
    try:
        yield
    finally:
        # Else all of it is looked through once more when the process ends.
        gc.freeze()
        gc.enable()


@dataclass
class _Reader:
    """Reads files into one count, and keeps in mind what there was besides."""

    options: ReadingOptions
    month: date | None
    customer: str | None
    count: FileCount = field(default_factory=FileCount)
    customers: dict[str, str] = field(default_factory=dict)
    months: set[date] = field(default_factory=set)
    adjustments: int = 0
    refused: bool = False

    def read(self, path: Path) -> None:
        """One file more; its refused rows are told on standard error."""
        refused = Spool(Refusal)
        with open_usage_file(path, self.options, wanted=_WANTED, hashed=False) as file:
            for some in file.batches():
                if isinstance(some, RefusedRow):
                    refused.append(Refusal(some.line, some.column, some.value, some.reason))
                else:
                    self._add(some)
                del some
        if refused:
            self.refused = True
            sys.stderr.write(f"tallybook: Rows of {path.name} that cannot be read are not counted.\n")
            print_some("Refused", refusals_in_words(refused), len(refused), file=sys.stderr, more="and more.")

    def _is_wanted(self, customer: str) -> bool:
        folded = fold_name(customer)
        self.customers.setdefault(folded, customer)
        return folded == self.customer

    def _add(self, batch: Batch) -> None:
        if self.customer is not None:
            batch = batch.only([self._is_wanted(customer) for customer in batch["customer"]])
        self.months.update(batch["month"])
        if self.month is not None:
            batch = batch.only([month == self.month for month in batch["month"]])
        if any(batch["adjustment_for"]):
            usual = [month is None for month in batch["adjustment_for"]]
            self.adjustments += usual.count(False)
            batch = batch.only(usual)
        self.count.add(Rows(*map(batch.__getitem__, Rows._fields)))

    def check_found(self, customer: str | None) -> None:
        """Raises NotFound where what was asked for is in none of the files: 0 users would be a wrong answer."""
        if customer is not None and self.customer not in self.customers:
            near = did_you_mean(customer, self.customers.values(), otherwise="Look into the files for its name.")
            raise NotFound(f"There is no customer {customer!r} in what was read. {near}")
        if self.month is not None and self.month not in self.months:
            whose = "" if customer is None else f" of {customer!r}"
            there = ", ".join(map(month_text, sorted(self.months))) or "none at all"
            raise NotFound(f"There are no rows{whose} of {month_text(self.month)} in what was read; the months are {there}.")


def _warn(found: FileBill, adjustments: int) -> None:
    if adjustments:
        sys.stderr.write(f"tallybook: {adjustments:,} rows are adjustments of closed months, and are not counted.\n")
    if found.mixed:
        where = (f"{customer}, {month_text(month)}" for customer, month in found.mixed)
        sys.stderr.write("tallybook: Users are told by rows of both generations here, and may count twice.\n")
        print_some("Both generations", where, len(found.mixed), file=sys.stderr, more="and more.")


def _as_json(found: FileBill) -> dict[str, object]:
    return {
        "rows": found.rows,
        "billedUsers": {
            "recipe": found.recipe,
            "recipeByMonth": _by_month(found.recipe_by_month),
            "peopleByMonth": _by_month(found.people_by_month),
        },
        "customers": [
            {"customer": one.customer, "month": month_text(one.month), "recipe": one.recipe, "people": one.people}
            for one in found.customers
        ],
        "differences": [
            {
                "customer": one.customer,
                "month": one.month and month_text(one.month),
                "name": one.name,
                "cause": one.cause,
                "recipe": one.recipe,
                "people": one.people,
                "identities": one.identities,
            }
            for one in found.differences
        ],
    }


def _by_month(sums: dict[date, int]) -> dict[str, int]:
    return {month_text(month): count for month, count in sums.items()}


def _print_table(found: FileBill) -> None:
    people = found.people_by_month
    print_table(
        "Billed Microsoft 365 users",
        ("Customer", "Month"),
        ("Recipe", "People", "Difference"),
        [_line(one.customer, one.month, one.recipe, one.people) for one in found.customers],
        [_line("All customers", month, recipe, people[month]) for month, recipe in found.recipe_by_month.items()],
    )
    print(f"{found.rows:,} rows. The recipe as it is written, on all of them at once: {found.recipe:,}.")


def _line(customer: str, month: date, recipe: int, people: int) -> tuple[str, ...]:
    difference = f"{people - recipe:+,}" if people != recipe else ""
    return customer, month_text(month), f"{recipe:,}", f"{people:,}", difference


def _print_differences(differences: Iterable[Difference]) -> None:
    by_cause: dict[Cause, list[Difference]] = {cause: [] for cause in Cause}
    for one in differences:
        by_cause[one.cause].append(one)
    for cause, ones in by_cause.items():
        print_some(cause.value.capitalize(), map(_in_words, ones), len(ones))


def _in_words(one: Difference) -> str:
    where = ", ".join([one.customer or "several customers", month_text(one.month) if one.month else "several months"])
    return f"{where}: {one.name!r} is {one.recipe} by recipe, {one.people} by person: {', '.join(one.identities)}"
