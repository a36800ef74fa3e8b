"""Options that several commands share."""

from typing import Annotated, Literal

import typer

from tallybook.metering.reading import AUTOMATIC, PROFILE_NAMES

SubscriptionName = Annotated[str, typer.Option("--subscription", metavar="NAME", help="The subscription, by name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
ReportKind = Annotated[
    Literal["itemised", "quantities"],
    typer.Option("--kind", help="Every object, or a number for each customer and product."),
]
ReadingProfile = Annotated[str, typer.Option("--profile", help=f"How to read it: {AUTOMATIC} or {', '.join(PROFILE_NAMES)}.")]
Encoding = Annotated[str | None, typer.Option(help="Character encoding of a file that is not UTF-8, such as cp1252.")]
Delimiter = Annotated[str | None, typer.Option(help="What stands between cells, if it cannot be told from the header.")]
