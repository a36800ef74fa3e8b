"""The billed users of a subscription's month, from the ledger, by a counting rule. Call inside the subscription's scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from tallybook.billing.objects import BilledObject
from tallybook.billing.people import email_in
from tallybook.billing.rules import RECIPE, Judged, Rule
from tallybook.billing.users import is_counted_as_object
from tallybook.database.queries import Row, rows, stream

# Late usage of a closed month is billed as an adjustment, not as a user of the month in which it came.
_CHOSEN = """
    i.subscription_id = %(subscription)s AND i.month = %(month)s AND i.adjustment_for IS NULL
        AND (%(customers)s::uuid[] IS NULL OR i.customer_id = ANY(%(customers)s::uuid[]))
"""
_OBJECTS = f"""
    SELECT c.name, coalesce(o.name_folded, ''), i.object_type, i.object_name, i.object_details, i.licence, i.deleted, i.invoice,
        i.days_mask
    FROM usage_item i
    JOIN customer c ON c.subscription_id = i.subscription_id AND c.id = i.customer_id
    LEFT JOIN organisation o ON o.subscription_id = i.subscription_id AND o.id = i.organisation_id
    WHERE {_CHOSEN}
    ORDER BY c.name COLLATE "C", c.id
"""
_ANY = f"SELECT EXISTS (SELECT FROM usage_item i WHERE {_CHOSEN})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBill:
    """The billed users of one customer: the number by the rule, the recipe's number, and what the rule makes of each.

    The number is below that of the counted where the rule takes the highest day.
    """

    customer: str
    quantity: int
    recipe: int
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A month of a subscription, of all customers or of some."""

    subscription_id: UUID
    month: date
    customer_ids: tuple[UUID, ...] | None = None

    @property
    def parameters(self) -> dict[str, object]:
        customers = None if self.customer_ids is None else list(self.customer_ids)
        return {"subscription": self.subscription_id, "month": self.month, "customers": customers}


def billed_users(chosen: Chosen, rule: Rule) -> Iterator[CustomerBill]:
    """Customer by customer, by name; one without objects in the month is not there. Memory is that of one customer."""
    for customer, found in groupby(stream(_OBJECTS, chosen.parameters), key=itemgetter(0)):
        objects = [_object(row) for row in found if not is_counted_as_object(row[2])]
        judged = rule.judged(objects)
        yield CustomerBill(
            customer=customer,
            quantity=rule.quantity(judged),
            recipe=RECIPE.quantity(RECIPE.judged(objects)),
            judged=tuple(judged),
        )


def has_usage(chosen: Chosen) -> bool:
    """Whether anything is known: 0 billed users of nothing known is no answer."""
    ((has,),) = rows(_ANY, chosen.parameters)
    return bool(has)


def _object(row: Row) -> BilledObject:
    _, organisation, object_type, name, details, licence, deleted, invoice, days_mask = row
    return BilledObject(
        organisation=organisation,
        object_type=object_type,
        name=name,
        email=email_in(details),
        licence=licence,
        deleted=deleted,
        invoice=invoice,
        days_mask=days_mask,
    )
