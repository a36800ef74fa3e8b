"""What a source says, straight into the ledger, and what the ledger then has."""

from typing import Any

from tests.bookkeeping import OCTOBER, query

from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import Customer
from tallybook.subscriptions.products import find_product
from tallybook.usage import judging
from tallybook.usage.imports import begin_import, finish_import
from tallybook.usage.judging import LIVE_ENTRIES
from tallybook.usage.ledger import Posted, post_staged
from tallybook.usage.staging import staging

KEY = "0" * 31
FACTS = {
    "file_name": "told", "file_sha256": "0" * 64, "file_bytes": 0, "profile": "itemised", "row_count": 1, "new_count": 0,
    "existing_count": 0, "changed_count": 0, "refused_count": 0, "removed_count": 0,
}  # fmt: skip
GATEWAY, FILES = "Gateway", "Imported files"
Values = dict[str, Any]


def tell(customer: Customer, source: str, *objects: Values, replace: bool = False) -> Posted:
    """What a source says, straight into the ledger. Each object has a key of one digit."""
    subscription = customer.subscription
    with subscription_scope(subscription.id):
        lock_subscription(subscription.id)
        product = find_product("VM Backup").id
        rows = []
        for line, values in enumerate(objects, start=2):
            known = {"object_key": "1", "object_type": "VM", "object_name": "web-1"} | values
            rows.append(
                {"line": line, "month": OCTOBER, "customer_id": customer.id, "product_id": product}
                | known
                | {"object_key": KEY + known["object_key"], "object_name_folded": known["object_name"].casefold()}
            )
        columns = list(dict.fromkeys(name for row in rows for name in row))
        defaults = {"days_mask": 0}
        with staging(columns) as stage:
            stage.add([["" if (cell := (defaults | row).get(name)) is None else str(cell) for row in rows] for name in columns])
        post = begin_import(subscription, source, replace=replace)
        judging.judge(post)
        posted = post_staged(post)
        finish_import(post, FACTS)
    return posted


def items(customer: Customer, columns: str) -> list[tuple[Any, ...]]:
    return query(customer.subscription, f"SELECT {columns} FROM usage_item ORDER BY object_key")


def live(customer: Customer) -> list[tuple[Any, ...]]:
    """Object, source, import, line and protected size of each live entry."""
    columns = "right(object_key::text, 1), source_number, import_number, line, protected_bytes"
    return query(customer.subscription, f"SELECT {columns} FROM {LIVE_ENTRIES} live ORDER BY 1, 2")
