"""Options that several commands share."""

from typing import Annotated

import typer

SubscriptionName = Annotated[str, typer.Option("--subscription", metavar="NAME", help="The subscription, by name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
