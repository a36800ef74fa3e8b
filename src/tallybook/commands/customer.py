"""`tallybook customer`: the customers of one subscription."""

import json

import typer

from tallybook.commands.acting import acting_operator
from tallybook.commands.environment import open_database
from tallybook.commands.options import AsJson, SubscriptionName
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.customers import alias_customer, customer_aliases, list_customers, rename_customer
from tallybook.subscriptions.models import Customer
from tallybook.subscriptions.subscriptions import find_subscription

program = typer.Typer(help="The customers of a subscription.", no_args_is_help=True)


@program.command("list")
def list_(subscription: SubscriptionName, *, as_json: AsJson = False) -> None:
    """Show all customers: name, id, reference and aliases."""
    open_database()
    chosen = find_subscription(subscription)
    with subscription_scope(chosen.id):
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
    open_database()
    chosen = find_subscription(subscription)
    with subscription_scope(chosen.id):
        customer = alias_customer(chosen, name, alias, actor=acting_operator())
    print(f"Files may call {customer.name!r} also {alias!r}.")


@program.command()
def rename(name: str, new_name: str, subscription: SubscriptionName) -> None:
    """Give a customer another name. The former name goes on to find the customer in files."""
    open_database()
    chosen = find_subscription(subscription)
    with subscription_scope(chosen.id):
        customer = rename_customer(chosen, name, new_name, actor=acting_operator())
    print(f"{name!r} is now {customer.name!r}.")
