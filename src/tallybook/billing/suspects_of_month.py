"""The suspects of a month, customer by customer. Call these in one snapshot of the subscription."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from tallybook.billing.billed_users import Chosen, billed_users
from tallybook.billing.decisions import NO_DECISIONS
from tallybook.billing.decisions_in_force import decisions_in_force
from tallybook.billing.objects import BilledObject
from tallybook.billing.rules_in_force import RulesInForce, rules_in_force
from tallybook.billing.suspects import Suspect, suspects
from tallybook.database.queries import rows
from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import month_before

# Customers of whom two names have an identity in common or two identities a name, in the month or from the one before to it.
# Whether somebody has decided about them is not asked here: these are the ones to look at.
_DOUBTFUL = """
    WITH known AS MATERIALIZED (
        SELECT customer_id, organisation_id, object_name_folded AS name,
            coalesce(object_email, object_name_folded) AS identity, bool_or(month = %(month)s) AS now
        FROM usage_item
        WHERE subscription_id = %(subscription)s AND month IN (%(month)s, %(former)s) AND adjustment_for IS NULL
            AND product_id = ANY(%(products)s::smallint[])
        GROUP BY customer_id, organisation_id, object_name_folded, object_email
    )
    SELECT c.id, c.name FROM customer c
    WHERE c.subscription_id = %(subscription)s AND (%(customer)s::uuid IS NULL OR c.id = %(customer)s::uuid) AND c.id IN (
        SELECT customer_id FROM known
        GROUP BY customer_id, organisation_id, name HAVING min(identity) <> max(identity) AND bool_or(now)
        UNION
        SELECT customer_id FROM known WHERE now
        GROUP BY customer_id, organisation_id, identity HAVING min(name) <> max(name)
    )
    ORDER BY c.name_folded COLLATE "C"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSuspects:
    """Whose they are."""

    customer_id: UUID
    customer: str
    suspects: list[Suspect]


def doubtful_customers(subscription: Subscription, month: date, customer_id: UUID | None = None) -> list[tuple[UUID, str]]:
    """Customers, by name, of whom something may be in doubt."""
    (rules,) = rules_in_force(subscription, month)
    return [
        (found, name)
        for found, name in rows(
            _DOUBTFUL,
            {
                "subscription": subscription.id,
                "month": month,
                "former": month_before(month),
                "products": rules.counting_users,
                "customer": customer_id,
            },
        )
    ]


def suspects_of(subscription: Subscription, month: date, customers: Sequence[tuple[UUID, str]]) -> list[CustomerSuspects]:
    """What is in doubt about these customers, by name; those of whom nothing is are left out."""
    former_month = month_before(month)
    former_rules, rules = rules_in_force(subscription, former_month, month)
    chosen = Chosen(subscription_id=subscription.id, month=month, customer_ids=tuple(found for found, _ in customers))
    now = _objects(chosen, rules)
    before = _objects(replace(chosen, month=former_month), former_rules)
    (decisions,) = decisions_in_force(subscription, month)
    told = (
        CustomerSuspects(
            customer_id=found,
            customer=name,
            suspects=suspects(before.get(found, ()), now.get(found, ()), decisions.get(found, NO_DECISIONS)),
        )
        for found, name in customers
    )
    return [one for one in told if one.suspects]


def _objects(chosen: Chosen, rules: RulesInForce) -> Mapping[UUID, list[BilledObject]]:
    found: dict[UUID, list[BilledObject]] = {}
    for bill in billed_users(chosen, rules.counting_users_of):
        found.setdefault(bill.customer_id, []).extend(item for one in bill.judged for item in one.objects)
    return found
