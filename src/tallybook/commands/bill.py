"""`tallybook bill`: the billed Microsoft 365 users, of usage files or of a month in the ledger."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tallybook.billing.billed_users import Chosen, CustomerBill, billed_users, has_usage
from tallybook.billing.rules import PEOPLE, RULES, Judged, Rule
from tallybook.commands.bill_files import bill_files
from tallybook.commands.environment import open_database
from tallybook.commands.options import AsJson, Delimiter, Encoding, ReadingProfile
from tallybook.commands.printing import print_some, print_table
from tallybook.database.scope import subscription_scope
from tallybook.errors import Refused
from tallybook.metering.reading import AUTOMATIC, ReadingOptions
from tallybook.reports.months import month_text, parse_month
from tallybook.subscriptions.customers import find_customers
from tallybook.subscriptions.subscriptions import find_subscription


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
        typer.Option(metavar="NAME", help=f"Counting rule for a ledger: {', '.join(RULES)}; {PEOPLE.name} if left out."),
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
        _bill_ledger(subscription, wanted, _chosen_rule(rule or PEOPLE.name, wanted), customer=customer, as_json=as_json)
    else:
        raise Refused("Name usage files, or a ledger by --subscription and --month.")


def _chosen_rule(name: str, month: date) -> Rule:
    rule = RULES.get(name)
    if rule is None:
        raise Refused(f"There is no counting rule {name!r}. Choose one of {', '.join(RULES)}.")
    if not rule.holds_in(month):
        since = f"from {month_text(rule.holds_from)} on" if rule.holds_from else ""
        until = f"until {month_text(rule.holds_until)}" if rule.holds_until else ""
        raise Refused(f"The rule {name} holds {since}{until}, and not in {month_text(month)}.")
    return rule


def _bill_ledger(subscription: str, month: date, rule: Rule, *, customer: str | None, as_json: bool) -> None:
    open_database()
    named = find_subscription(subscription)
    with subscription_scope(named.id):
        only = None if customer is None else tuple(one.id for one in find_customers(named, [customer]))
        chosen = Chosen(subscription_id=named.id, month=month, customer_ids=only)
        found = billed_users(chosen, rule)
        if as_json:
            _print_json(found, named.name, month, rule)
        else:
            _print(found, month, rule)
        if not has_usage(chosen):
            whose = "" if customer is None else f" of {customer!r}"
            sys.stderr.write(f"tallybook: The ledger has no usage{whose} of {month_text(month)}.\n")


def _print_json(found: Iterable[CustomerBill], subscription: str, month: date, rule: Rule) -> None:
    quantity = recipe = 0
    customers = []
    for one in found:
        quantity, recipe = quantity + one.quantity, recipe + one.recipe
        customers.append(
            {
                "customer": one.customer,
                "quantity": one.quantity,
                "recipe": one.recipe,
                "isHighestDay": rule.counts_days and one.quantity < sum(judged.verdict.counted for judged in one.judged),
                "counted": [_judged(judged) for judged in one.judged if judged.verdict.counted],
                "free": [_judged(judged) for judged in one.judged if not judged.verdict.counted],
            }
        )
    told = {
        "subscription": subscription,
        "month": month_text(month),
        "rule": rule.name,
        "quantity": quantity,
        "recipe": recipe,
        "customers": customers,
    }
    print(json.dumps(told, ensure_ascii=False))


def _judged(judged: Judged) -> dict[str, str]:
    return {"identity": judged.identity, "name": judged.objects[0].name, "reason": judged.verdict.reason}


def _print(found: Iterable[CustomerBill], month: date, rule: Rule) -> None:
    table = Table("Customer", title=f"Billed Microsoft 365 users of {month_text(month)}: {rule.title}", title_justify="left")
    for name in ("Billed", "By recipe", "Free"):
        table.add_column(name, justify="right")
    quantity = recipe = 0
    reasons: Counter[str] = Counter()
    for one in found:
        free = [judged.verdict.reason for judged in one.judged if not judged.verdict.counted]
        # As Text, since a name may look like markup.
        table.add_row(Text(one.customer), f"{one.quantity:,}", f"{one.recipe:,}", f"{len(free):,}")
        quantity, recipe = quantity + one.quantity, recipe + one.recipe
        reasons.update(free)
    table.add_section()
    table.add_row("All customers", f"{quantity:,}", f"{recipe:,}", f"{reasons.total():,}")
    print_table(table)
    if rule.counts_days:
        print("Where the days are known, the number is that of the highest day.")
    print_some(
        "Why what is free is free", (f"{count:,}: {reason}" for reason, count in sorted(reasons.items())), reasons.total()
    )
