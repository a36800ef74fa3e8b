"""`tallybook customer`: the customers of one subscription."""

import json

import typer

from tallybook.commands.acting import acting_operator, entered
from tallybook.commands.options import AsJson, SubscriptionName
from tallybook.subscriptions.customer_facts import set_notes, set_reference
from tallybook.subscriptions.customers import (
    alias_customer,
    customer_aliases,
    list_customers,
    rename_customer,
    unalias_customer,
)
from tallybook.subscriptions.models import Customer

program = typer.Typer(help="The customers of a subscription.", no_args_is_help=True)


@program.command("list")
def list_(subscription: SubscriptionName, *, as_json: AsJson = False) -> None:
    """Show all customers: name, id, reference and aliases."""
    with entered(subscription) as chosen:
        customers, aliases = list_customers(chosen), customer_aliases(chosen)
    if as_json:
        print(json.dumps({"customers": [_told(one, aliases.get(one.id, [])) for one in customers]}, ensure_ascii=False))
        return
    for one in customers:
        print("\t".join((one.name, str(one.id), one.reference, ", ".join(aliases.get(one.id, [])))))


def _told(customer: Customer, aliases: list[str]) -> dict[str, object]:
    return {
        "name": customer.name,
        "id": str(customer.id),
        "reference": customer.reference or None,
        "aliases": aliases,
    }


@program.command()
def alias(name: str, alias: str, subscription: SubscriptionName) -> None:
    """Let files call a customer by another name too."""
    with entered(subscription) as chosen:
        customer = alias_customer(chosen, name, alias, actor=acting_operator())
    print(f"Files may call {customer.name!r} also {alias!r}.")


@program.command()
def unalias(name: str, alias: str, subscription: SubscriptionName) -> None:
    """Take an alias away: a file that says it makes a new customer from then on."""
    with entered(subscription) as chosen:
        customer = unalias_customer(chosen, name, alias, actor=acting_operator())
    print(f"{alias!r} is no alias of {customer.name!r} any more. A file that says it makes a new customer.")


@program.command()
def reference(name: str, reference: str, subscription: SubscriptionName) -> None:
    """Give a customer another Customer Reference, its number in PSA or accounting; '' for none."""
    with entered(subscription) as chosen:
        customer = set_reference(chosen, name, reference, actor=acting_operator())
    told = f"the Customer Reference {customer.reference!r}" if customer.reference else "no Customer Reference"
    print(f"{customer.name!r} has {told}.")


@program.command()
def notes(name: str, notes: str, subscription: SubscriptionName) -> None:
    """Write other notes about a customer, in place of those that there are; '' for none."""
    with entered(subscription) as chosen:
        customer = set_notes(chosen, name, notes, actor=acting_operator())
    print(f"The notes about {customer.name!r} are {'written down' if customer.notes else 'empty'}.")


@program.command()
def rename(name: str, new_name: str, subscription: SubscriptionName) -> None:
    """Give a customer another name. The former name goes on to find the customer in files."""
    with entered(subscription) as chosen:
        customer = rename_customer(chosen, name, new_name, actor=acting_operator())
    print(f"{name!r} is now {customer.name!r}.")
