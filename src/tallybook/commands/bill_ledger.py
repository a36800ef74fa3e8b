"""`tallybook bill --subscription`: the billed Microsoft 365 users of a month in the ledger, beside the month before."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tallybook.billing.against_former import BillBesideFormer, beside_former
from tallybook.billing.billed_users import Chosen, has_usage
from tallybook.billing.changes import Change
from tallybook.billing.rules import Judged, Rule, find_rule
from tallybook.commands.environment import open_database
from tallybook.commands.printing import print_some, print_table
from tallybook.database.scope import snapshot_scope
from tallybook.errors import Refused
from tallybook.subscriptions.customers import find_customers
from tallybook.subscriptions.subscriptions import find_subscription
from tallybook.usage.months import month_before, month_text

_UNKNOWN = "\N{EN DASH}"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of a ledger is counted, by names. Without a rule it is those in force."""

    subscription: str
    month: date
    customer: str | None
    rule: str | None


def bill_ledger(wanted: Wanted, *, as_json: bool) -> None:
    """Print the month.

    Raises:
        NotFound: there is no such rule, subscription or customer.
        Refused: the rule does not hold in the month, or counts no users.
    """
    rule = _checked_rule(wanted.rule, wanted.month) if wanted.rule else None
    open_database()
    named = find_subscription(wanted.subscription)
    with snapshot_scope(named.id):
        only = None if wanted.customer is None else tuple(one.id for one in find_customers(named, [wanted.customer]))
        chosen = Chosen(subscription_id=named.id, month=wanted.month, customer_ids=only)
        is_known, former_is_known = (
            has_usage(Chosen(subscription_id=named.id, month=month)) for month in (wanted.month, month_before(wanted.month))
        )
        # Beside a month of which nothing is known, everybody would seem to have joined or left.
        compares = is_known and former_is_known
        found = beside_former(named, chosen, rule) if is_known else iter(())
        if as_json:
            _print_json(found, named.name, wanted, rule, compares=compares)
        else:
            _print(found, wanted.month, rule, compares=compares)
        if not has_usage(chosen):
            whose = "" if wanted.customer is None else f" of {wanted.customer!r}"
            sys.stderr.write(f"tallybook: The ledger has no usage{whose} of {month_text(wanted.month)}.\n")


def _checked_rule(name: str, month: date) -> Rule:
    rule = find_rule(name)
    if not rule.counts_users:
        raise Refused(f"The rule {name} counts objects, and not users. `tallybook report` has the objects.")
    if not rule.holds_in(month):
        raise Refused(f"The rule {name} holds {rule.holds}, and not in {month_text(month)}.")
    return rule


def _print_json(
    found: Iterable[BillBesideFormer], subscription: str, wanted: Wanted, rule: Rule | None, *, compares: bool
) -> None:
    totals: Counter[str] = Counter(quantity=0, formerQuantity=0, recipe=0)
    customers = []
    for one in found:
        totals.update(quantity=one.quantity, formerQuantity=one.former_quantity, recipe=one.recipe)
        billed, free, excluded = (one.now.billed, one.now.free, one.now.excluded) if one.now else ([], [], [])
        customers.append(
            {
                "customer": one.either.customer,
                "product": one.either.product,
                "rule": one.either.rule.name,
                "quantity": one.quantity,
                "formerQuantity": one.former_quantity if compares else None,
                "recipe": one.recipe,
                "isHighestDay": one.either.rule.counts_days and one.quantity < len(billed),
                "counted": [_judged(judged) for judged in billed],
                "free": [_judged(judged) for judged in free],
                "excluded": [_judged(judged) for judged in excluded],
                "changes": [_changed(change) for change in one.changes] if compares else [],
            }
        )
    told = {
        "subscription": subscription,
        "month": month_text(wanted.month),
        "rule": rule.name if rule else None,
        **totals,
        "formerQuantity": totals["formerQuantity"] if compares else None,
        "customers": customers,
    }
    print(json.dumps(told, ensure_ascii=False))


def _judged(judged: Judged) -> dict[str, str]:
    return {"identity": judged.identity, "name": judged.name, "reason": judged.reason}


def _changed(change: Change) -> dict[str, object]:
    return {"name": change.name, "cause": change.cause, "change": change.delta, "reason": change.reason}


def _print(found: Iterable[BillBesideFormer], month: date, rule: Rule | None, *, compares: bool) -> None:
    by = rule.title if rule else "the rules in force"
    lines: list[tuple[str, ...]] = []
    quantity = former = recipe = 0
    reasons: Counter[str] = Counter()
    changed: list[str] = []
    left_off: list[str] = []
    counts_days = False
    for one in found:
        names = one.either.customer, one.either.product
        change = _signed(one.quantity - one.former_quantity) if compares else _UNKNOWN
        lines.append((*names, f"{one.quantity:,}", change, f"{one.recipe:,}", f"{one.free_count:,}"))
        quantity, former, recipe = quantity + one.quantity, former + one.former_quantity, recipe + one.recipe
        reasons.update(judged.verdict.reason for judged in (one.now.free if one.now else ()))
        changed += (_in_words(one.either.customer, change) for change in (one.changes if compares else ()))
        excluded = one.now.excluded if one.now else []
        left_off += (f"{one.either.customer}: {judged.name}. {judged.reason}" for judged in excluded)
        counts_days |= one.either.rule.counts_days
    change = _signed(quantity - former) if compares else _UNKNOWN
    print_table(
        f"Billed Microsoft 365 users of {month_text(month)}: {by}",
        ("Customer", "Product"),
        ("Billed", "Change", "By recipe", "Free"),
        lines,
        [("All customers", "", f"{quantity:,}", change, f"{recipe:,}", f"{reasons.total():,}")],
    )
    if counts_days:
        print("Where the days are known, the number is that of the highest day.")
    print_some(f"Changes since {month_text(month_before(month))}", changed, len(changed))
    print_some("Counted, and left off the bill", left_off, len(left_off))
    print_some(
        "Why what is free is free", (f"{count:,}: {reason}" for reason, count in sorted(reasons.items())), reasons.total()
    )


def _signed(change: int) -> str:
    return f"{change:+,}" if change else "0"


def _in_words(customer: str, change: Change) -> str:
    name = f"{change.name}, " if change.name else ""
    return f"{_signed(change.delta)} {customer}: {name}{change.cause}. {change.reason}"
