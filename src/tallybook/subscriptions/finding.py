"""Customers by whatever somebody remembers of them. Call inside the subscription's scope."""

from collections.abc import Iterable
from uuid import UUID

from tallybook.database.folding import fold_name
from tallybook.subscriptions.customers import customer_aliases, list_customers
from tallybook.subscriptions.models import Customer, Subscription

# Of an id that was cut off on its way, so many characters at least; fewer are more likely part of a name.
_SHORTEST_ID = 8


def answers_to(customer: Customer, aliases: Iterable[str], wanted: str) -> bool:
    """Whether the folded text stands in the customer's name, an alias or the reference, or begins its id."""
    names = (customer.name_folded, *map(fold_name, (customer.reference, *aliases)))
    return any(wanted in name for name in names) or _begins_id(customer.id, wanted)


def _begins_id(customer_id: UUID, wanted: str) -> bool:
    return len(wanted) >= _SHORTEST_ID and str(customer_id).startswith(wanted)


def matching_customers(subscription: Subscription, text: str) -> list[tuple[Customer, list[str]]]:
    """The customers that answer to the text, those it names exactly first, then by name; each with its aliases."""
    wanted, aliases = fold_name(text), customer_aliases(subscription)
    found = [(one, aliases.get(one.id, [])) for one in list_customers(subscription)]
    matching = [(one, names) for one, names in found if answers_to(one, names, wanted)]
    # Sorting is stable: within the two kinds the order by name stays.
    return sorted(matching, key=lambda pair: wanted not in {pair[0].name_folded, *map(fold_name, pair[1])})
