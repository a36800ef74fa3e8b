"""The quantities: the short form of the itemised report, a row for each month, customer and product. What a PSA wants."""

from tallybook.billing.counting import count_months, rules_version, stale_months
from tallybook.reports.choice import Choice
from tallybook.reports.kinds import Column, Kind, chosen_rows

COLUMNS = (
    Column("Month", "month", "to_char(q.month, 'YYYY-MM')"),
    Column("Customer Name", "customerName", "c.name"),
    Column("Customer ID", "customerId", "c.id::text"),
    Column("Customer Reference", "customerReference", "nullif(c.reference, '')"),
    Column("Product", "product", "p.name"),
    Column("Quantity", "quantity", "q.quantity", is_text=False),
    Column("Rule", "rule", "q.rule"),
)
_SOURCE = f"""
    FROM quantity q
    JOIN customer c ON c.subscription_id = q.subscription_id AND c.id = q.customer_id
    JOIN product p ON p.id = q.product_id
    WHERE {chosen_rows("q")}
"""
_ORDER = 'ORDER BY q.month, c.name COLLATE "C", p.name COLLATE "C", c.id'


def _prepare(choice: Choice) -> None:
    count_months(choice.subscription, choice.first_month, choice.last_month)


def _is_ready(choice: Choice) -> bool:
    return not stale_months(choice.subscription.id, choice.first_month, choice.last_month)


QUANTITIES = Kind(
    name="quantities",
    title="Quantities",
    columns=COLUMNS,
    source=_SOURCE,
    order=_ORDER,
    prepare=_prepare,
    is_ready=_is_ready,
    version=rules_version,
)
