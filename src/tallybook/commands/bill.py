"""`tallybook bill`: the billed Microsoft 365 users, of usage files or of a month in the ledger."""

from pathlib import Path
from typing import Annotated

import typer

from tallybook.commands import load_django
from tallybook.commands.bill_files import bill_files
from tallybook.commands.options import AsJson, Delimiter, Encoding, ReadingProfile
from tallybook.errors import Refused
from tallybook.metering.reading import AUTOMATIC, ReadingOptions
from tallybook.usage.months import parse_month


def bill(  # noqa: PLR0913 - one parameter for each option
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Usage files, as `tallybook import` reads them.")
    ] = None,
    *,
    subscription: Annotated[
        str | None, typer.Option(metavar="NAME", help="Instead of files: the subscription whose ledger is counted.")
    ] = None,
    month: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="Only this month. Of files it is also the month of rows that name none."),
    ] = None,
    customer: Annotated[str | None, typer.Option(metavar="NAME", help="Only this customer.")] = None,
    rule: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Count the users of a ledger by this rule, and not by the rules in force."),
    ] = None,
    profile: ReadingProfile = AUTOMATIC,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    as_json: AsJson = False,
) -> None:
    """Count billed Microsoft 365 users. Status 1: some rows of a file could not be read, and are not counted."""
    wanted = parse_month(month, "--month") if month else None
    if files and subscription is None:
        if rule is not None:
            raise Refused("A rule counts a ledger; of files, the recipe and the people are both told. Leave out --rule.")
        options = ReadingOptions(profile=profile, encoding=encoding, delimiter=delimiter, month=wanted)
        bill_files(files, options, customer=customer, month=wanted, as_json=as_json)
    elif subscription is not None and wanted is not None and not files:
        if profile != AUTOMATIC or encoding or delimiter:
            raise Refused("--profile, --encoding and --delimiter say how to read files. Leave them out for a ledger.")
        load_django()
        from tallybook.commands.bill_ledger import Wanted, bill_ledger  # noqa: PLC0415 - it needs Django, files do not

        bill_ledger(Wanted(subscription=subscription, month=wanted, customer=customer, rule=rule), as_json=as_json)
    else:
        raise Refused("Name usage files, or a ledger by --subscription and --month.")
