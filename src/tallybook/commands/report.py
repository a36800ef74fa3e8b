"""`tallybook report`: the itemised billing report as a file."""

import os
import sys
import tempfile
from pathlib import Path
from shutil import copyfileobj
from typing import Annotated, Literal

import typer

from tallybook.commands.acting import entered
from tallybook.commands.options import ReportKind, SubscriptionName
from tallybook.errors import Refused
from tallybook.reports.building import BuiltReport, Form, Format, Profile, build
from tallybook.reports.choice import choose
from tallybook.reports.csv_format import checked_delimiter
from tallybook.reports.every_kind import find_kind
from tallybook.usage.months import parse_month
from tallybook.web.files import BLOCK_BYTES

_STANDARD_OUTPUT = Path("-")


def report(  # noqa: PLR0913 - one parameter for each option
    subscription: SubscriptionName,
    from_: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="First month.")],
    to: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month, included.")],
    *,
    customer: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this customer; may be repeated.")] = None,
    product: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this product; may be repeated.")] = None,
    kind: ReportKind = "itemised",
    format_: Annotated[Format, typer.Option("--format", help="Kind of file.")] = Format.CSV,
    profile: Annotated[Profile, typer.Option(help="CSV for programs, or for a spreadsheet.")] = Profile.API,
    delimiter: Annotated[str | None, typer.Option(help="For the profile excel: comma, semicolon or tab.")] = None,
    split_by: Annotated[Literal["customer"] | None, typer.Option(help="One file for each customer, in a zip.")] = None,
    output: Annotated[Path, typer.Option(help="Where to write it; - is standard output.")] = _STANDARD_OUTPUT,
) -> None:
    """Write the itemised billing report of chosen months, customers and products, or its quantities."""
    months = (parse_month(from_, "--from"), parse_month(to, "--to"))
    form = Form(
        kind=find_kind(kind),
        format=format_,
        profile=profile,
        delimiter=checked_delimiter(delimiter) if delimiter else None,
        split_by_customer=split_by is not None,
    )
    _check_output(output, form)
    with entered(subscription) as chosen:
        choice = choose(chosen, months, customers=customer or (), products=product or ())
    built = build(choice, form)
    with built.file:
        _deliver(built, output)
    if not built.row_count:
        sys.stderr.write(f"tallybook: There is no usage in this choice ({choice.period}); the report has no rows.\n")


def _check_output(output: Path, form: Form) -> None:
    """Refuse before the work what would fail after it."""
    if output == _STANDARD_OUTPUT:
        if form.extension in ("xlsx", "zip") and sys.stdout.isatty():
            raise Refused(f"A file of the kind {form.extension} is nothing for a terminal. Name a file with --output.")
    elif output.is_dir():
        raise Refused(f"{output} is a folder. Name a file in it with --output.")
    elif not output.absolute().parent.is_dir():
        raise Refused(f"There is no folder {output.absolute().parent}. Make it first, or name another with --output.")


def _deliver(built: BuiltReport, output: Path) -> None:
    if output == _STANDARD_OUTPUT:
        copyfileobj(built.file, sys.stdout.buffer, BLOCK_BYTES)
        sys.stdout.buffer.flush()
        return
    try:
        _write_whole(built, output)
    except OSError as error:
        raise Refused(f"{output} cannot be written: {error.strerror}. Name another file with --output.") from None


def _write_whole(built: BuiltReport, output: Path) -> None:
    """Write beside and move into place: the name never stands for half a report."""
    if output.exists() and not output.is_file():
        with output.open("wb") as device:
            copyfileobj(built.file, device, BLOCK_BYTES)
        return
    target = output.resolve()
    descriptor, draft = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            copyfileobj(built.file, file, BLOCK_BYTES)
            os.fchmod(file.fileno(), _usual_mode(target))
            os.fsync(file.fileno())
        Path(draft).replace(target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _usual_mode(target: Path) -> int:
    """The mode of the file that is overwritten, else what a new file gets."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
