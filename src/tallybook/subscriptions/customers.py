"""Customers of one subscription: finding, naming and renaming them. Call these inside the subscription's scope."""

from collections.abc import Iterable
from uuid import UUID

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.recording import record
from tallybook.database.folding import fold_name
from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import Customer, CustomerAlias, Subscription
from tallybook.subscriptions.near import did_you_mean
from tallybook.subscriptions.revisions import raise_all_revisions
from tallybook.subscriptions.subscriptions import checked_name

# How a customer is named to the functions that change it: by a name or alias, as people do, or by its id, as pages do.
Whom = str | UUID


def list_customers(subscription: Subscription) -> list[Customer]:
    """All customers, by name; their notes, which may be long, are read when they are asked for."""
    return list(Customer.objects.filter(subscription_id=subscription.id).defer("notes").order_by("name_folded"))


def customer_aliases(subscription: Subscription, customer_id: UUID | None = None) -> dict[UUID, list[str]]:
    """The aliases of each customer that has some, or of this one."""
    aliases: dict[UUID, list[str]] = {}
    found = CustomerAlias.objects.filter(subscription_id=subscription.id)
    for alias in (found if customer_id is None else found.filter(customer_id=customer_id)).order_by("name_folded"):
        aliases.setdefault(alias.customer_id, []).append(alias.name)
    return aliases


def customers_by_name(subscription: Subscription) -> dict[str, Customer]:
    """Every customer under its folded name and under each of its folded aliases."""
    by_id = {customer.id: customer for customer in list_customers(subscription)}
    aliases = CustomerAlias.objects.filter(subscription_id=subscription.id)
    return {alias.name_folded: by_id[alias.customer_id] for alias in aliases} | {
        customer.name_folded: customer for customer in by_id.values()
    }


def find_customers(subscription: Subscription, names: Iterable[str]) -> list[Customer]:
    """The customers of these names or aliases, each once.

    Raises:
        NotFound: one of the names is unknown; names the near matches.
    """
    known = customers_by_name(subscription)
    found: dict[UUID, Customer] = {}
    for name in names:
        customer = known.get(fold_name(name))
        if customer is None:
            candidates = [one.name for one in known.values()]
            hint = did_you_mean(name, candidates, otherwise="`tallybook customer list` shows those that there are.")
            raise NotFound(f"There is no customer {name!r} in {subscription.name!r}. {hint}")
        found[customer.id] = customer
    return list(found.values())


def customer_by_id(subscription: Subscription, customer_id: UUID) -> Customer:
    """The customer of this id.

    Raises:
        NotFound: the subscription has none.
    """
    found = Customer.objects.filter(subscription_id=subscription.id, id=customer_id).first()
    if found is None:
        raise NotFound("There is no such customer in this subscription.")
    return found


def customer_to_change(subscription: Subscription, whom: Whom) -> Customer:
    """The customer of this name, alias or id, as nobody else changes it before the end of the transaction.

    Raises:
        NotFound: there is no such customer.
    """
    lock_subscription(subscription.id)
    if isinstance(whom, UUID):
        return customer_by_id(subscription, whom)
    (customer,) = find_customers(subscription, [whom])
    return customer


def alias_customer(subscription: Subscription, whom: Whom, alias: str, *, actor: Actor) -> Customer:
    """Let files call a customer by another name too. The same alias again changes nothing.

    Raises:
        NotFound: there is no such customer.
        Refused: another customer has this name or alias.
    """
    customer = customer_to_change(subscription, whom)
    alias = checked_name(alias, "alias")
    if not refuse_taken(customer, alias, customers_by_name(subscription)):
        _add_alias(customer, alias)
        record(subscription.id, actor, "customer.aliased", customer_subject(customer), before=None, after={"alias": alias})
    return customer


def unalias_customer(subscription: Subscription, whom: Whom, alias: str, *, actor: Actor) -> Customer:
    """Take an alias from a customer: a file that says it makes a new customer from then on.

    Raises:
        NotFound: there is no such customer, or it has no such alias.
    """
    customer = customer_to_change(subscription, whom)
    found = CustomerAlias.objects.filter(
        subscription_id=subscription.id, customer_id=customer.id, name_folded=fold_name(alias)
    ).first()
    if found is None:
        raise NotFound(f"{alias!r} is no alias of the customer {customer.name!r}.")
    found.delete()
    told = {"alias": found.name}
    record(subscription.id, actor, "customer.unaliased", customer_subject(customer), before=told, after=None)
    return customer


def rename_customer(subscription: Subscription, whom: Whom, new_name: str, *, actor: Actor) -> Customer:
    """Give a customer another name; its former name becomes an alias, so that files that use it still find the customer.

    Raises:
        NotFound: there is no such customer.
        Refused: another customer has this name or alias.
    """
    customer = customer_to_change(subscription, whom)
    new_name = checked_name(new_name, "customer")
    refuse_taken(customer, new_name, customers_by_name(subscription))
    former = customer.name
    # An alias that becomes the name is no alias any more; the two never overlap.
    CustomerAlias.objects.filter(subscription_id=subscription.id, name_folded=fold_name(new_name)).delete()
    customer.name, customer.name_folded = new_name, fold_name(new_name)
    customer.save(update_fields=["name", "name_folded"])
    if fold_name(former) != customer.name_folded:
        _add_alias(customer, former)
    raise_all_revisions(subscription.id)
    if customer.name != former:
        names = {"before": {"name": former}, "after": {"name": customer.name}}
        record(subscription.id, actor, "customer.renamed", customer_subject(customer), **names)
    return customer


def refuse_taken(customer: Customer, name: str, known: dict[str, Customer]) -> bool:
    """Refuse a name or alias of another customer. Returns whether it is the customer's own already."""
    owner = known.get(fold_name(name))
    if owner is not None and owner.id != customer.id:
        raise Refused(f"{name!r} is a name of the customer {owner.name!r} already.")
    return owner is not None


def customer_subject(customer: Customer) -> Subject:
    """As the audit log has it."""
    return Subject("customer", str(customer.id), customer.name)


def _add_alias(customer: Customer, alias: str) -> None:
    CustomerAlias.objects.create(
        subscription_id=customer.subscription_id, customer_id=customer.id, name=alias, name_folded=fold_name(alias)
    )
