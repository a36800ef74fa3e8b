"""`tallybook rule`: which counting rule counts a product of a subscription, and from which month on."""

import json
from typing import Annotated

import typer

from tallybook.billing.models import RuleSetting
from tallybook.billing.rules import RULES, find_rule
from tallybook.billing.rules_in_force import Span, list_settings, set_rule, usual_rule
from tallybook.commands.acting import acting_operator, entered
from tallybook.commands.options import AsJson, SubscriptionName
from tallybook.subscriptions.customers import find_customers, list_customers
from tallybook.subscriptions.products import find_product, list_products
from tallybook.usage.months import month_text, parse_month

_USUAL = "usual"

program = typer.Typer(help="The counting rules of a subscription.", no_args_is_help=True)


@program.command("set")
def set_(
    rule: Annotated[str, typer.Argument(help=f"{', '.join(RULES)}; or {_USUAL}: ends the rules that were set before.")],
    subscription: SubscriptionName,
    product: Annotated[str, typer.Option(metavar="NAME", help="The product that is counted by it.")],
    first_month: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="The first month that is counted by it.")],
    *,
    customer: Annotated[str | None, typer.Option(metavar="NAME", help="Only this customer.")] = None,
) -> None:
    """Count a product by a rule from a month on, for all customers or for one."""
    chosen_rule = None if rule == _USUAL else find_rule(rule)
    month = parse_month(first_month, "--from")
    with entered(subscription) as chosen:
        whose = find_customers(chosen, [customer])[0] if customer is not None else None
        span = Span(find_product(product), whose, month)
        set_rule(chosen, span, chosen_rule, actor=acting_operator())
    of = f" of {whose.name!r}" if whose else ""
    usual = "the rule of its subscription" if whose else "the product's usual rule"
    by = f"the rule {chosen_rule.name}" if chosen_rule else usual
    print(f"From {month_text(month)} on, {span.product.name!r}{of} is counted by {by}.")


@program.command("list")
def list_(subscription: SubscriptionName, *, as_json: AsJson = False) -> None:
    """Show what is usual and what was set, one a line: product, first month, customer and rule."""
    with entered(subscription) as chosen:
        names = {customer.id: customer.name for customer in list_customers(chosen)} | {None: None}
        told = [{"product": one.name, "from": None, "customer": None, "rule": usual_rule(one).name} for one in list_products()]
        told += (_told(setting, names[setting.customer_id]) for setting in list_settings(chosen))
    if as_json:
        print(json.dumps({"rules": told}, ensure_ascii=False))
        return
    for one in told:
        print("\t".join((one["product"] or "", one["from"] or "always", one["customer"] or "all customers", one["rule"] or "")))


def _told(setting: RuleSetting, customer: str | None) -> dict[str, str | None]:
    first_month = month_text(setting.first_month)
    return {"product": setting.product.name, "from": first_month, "customer": customer, "rule": setting.rule or _USUAL}
