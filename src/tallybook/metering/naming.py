"""From the names in a file to the customers, organisations and products of the subscription; new ones are noted and made."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar
from uuid import UUID, uuid4

from tallybook.database.folding import fold_name
from tallybook.subscriptions.customers import customers_by_name
from tallybook.subscriptions.models import NAME_CHARACTERS, Customer, Organisation, Product, Subscription
from tallybook.subscriptions.near import did_you_mean
from tallybook.subscriptions.products import list_products, products_by_name, unknown_product
from tallybook.subscriptions.revisions import raise_all_revisions
from tallybook.subscriptions.subscriptions import is_printed_on_one_line

_MOST_REFUSED_REMEMBERED = 10_000

Found = TypeVar("Found")


class NameRefused(Exception):
    """A name of a row that cannot be taken."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = column, value, reason


class Named(NamedTuple):
    """The customer and organisation that a row is about, by their ids as text; no organisation is an empty one."""

    customer_id: str
    organisation_id: str


@dataclass(kw_only=True)
class Names:
    """What is known under which folded name. Load it under the subscription's lock, so that nobody adds names meanwhile.

    Rows repeat their names: each spelling is looked up once, and no query runs after loading.
    """

    subscription: Subscription
    allow_new: bool
    products: list[Product]
    products_by_name: dict[str, Product]
    customers: dict[str, Customer]
    customers_by_id: dict[str, Customer]
    organisations: dict[tuple[UUID, str], Organisation]
    new_customers: list[Customer] = field(default_factory=list)
    new_organisations: list[Organisation] = field(default_factory=list)
    referenced: dict[UUID, Customer] = field(default_factory=dict)
    notes: dict[UUID, str] = field(default_factory=dict)
    _product_ids: dict[str, str] = field(default_factory=dict)
    _named: dict[tuple[str | None, ...], Named] = field(default_factory=dict)
    _refused: dict[tuple[str | None, ...], NameRefused] = field(default_factory=dict)

    @classmethod
    def load(cls, subscription: Subscription, *, allow_new: bool) -> "Names":
        organisations = Organisation.objects.filter(subscription_id=subscription.id)
        customers = customers_by_name(subscription)
        return cls(
            subscription=subscription,
            allow_new=allow_new,
            products=list_products(),
            products_by_name=products_by_name(),
            customers=customers,
            customers_by_id={str(customer.id): customer for customer in customers.values()},
            organisations={(one.customer_id, one.name_folded): one for one in organisations},
        )

    def product_id(self, name: str) -> str:
        """The product of this name or alias; raises NameRefused."""
        known = self._product_ids.get(name)
        if known is None:
            known = self._product_ids[name] = self._once(self._product, name)
        return known

    def named(self, customer: str, stated_id: str | None, reference: str | None, organisation: str | None) -> Named:
        """The customer and organisation of a row, made if they are new; raises NameRefused."""
        spelt = (customer, stated_id, reference, organisation)
        known = self._named.get(spelt)
        if known is None:
            known = self._named[spelt] = self._once(self._name, *spelt)
        return known

    def _once(self, look_up: Callable[..., Found], *spelt: str | None) -> Found:
        """A look-up whose refusal is remembered: finding near matches is slow, and a wrong name stands in many rows."""
        if spelt in self._refused:
            # Raised again and again, an error would keep the frames of every time.
            raise self._refused[spelt].with_traceback(None)
        try:
            return look_up(*spelt)
        except NameRefused as refused:
            if len(self._refused) < _MOST_REFUSED_REMEMBERED:
                self._refused[spelt] = refused
            raise

    def _product(self, name: str) -> str:
        product = self.products_by_name.get(fold_name(name))
        if product is None:
            reason = f"{unknown_product(name, self.products)} `tallybook product` adds products and aliases."
            raise NameRefused("product", name, reason)
        return str(product.id)

    def _name(self, name: str, stated_id: str | None, reference: str | None, organisation: str | None) -> Named:
        # Checked first, so that no customer is made of a row that is refused.
        _check_line(name)
        _check_length("customer_reference", "A reference", reference)
        _check_length("organisation", "An organisation's name", organisation)
        customer = self._customer(name, stated_id)
        self._note_reference(customer, reference)
        found = self._organisation(customer, organisation)
        return Named(str(customer.id), str(found.id) if found else "")

    def save(self) -> None:
        """Write down the new customers and organisations, and the references of customers that had none."""
        Customer.objects.bulk_create(self.new_customers)
        Organisation.objects.bulk_create(self.new_organisations)
        made = {customer.id for customer in self.new_customers}
        known = [customer for customer in self.referenced.values() if customer.id not in made]
        for customer in known:
            customer.save(update_fields=["reference"])
        if known:
            # A reference stands in the reports of all months.
            raise_all_revisions(self.subscription.id)

    def _customer(self, name: str, stated_id: str | None) -> Customer:
        customer = self.customers.get(fold_name(name))
        if stated_id is not None:
            self._check_id(name, stated_id, customer)
        return customer or self._new_customer(name)

    def _check_id(self, name: str, stated_id: str, customer: Customer | None) -> None:
        """An id counts where it is one of this subscription's; another subscription's, as in its report, says nothing here."""
        owner = self.customers_by_id.get(stated_id.strip().lower())
        if owner is not None and (customer is None or owner.id != customer.id):
            reason = f"This id is the customer {owner.name!r}, but the row names {name!r}. Mend one of the two."
            raise NameRefused("customer_id", stated_id, reason)

    def _new_customer(self, name: str) -> Customer:
        if not self.allow_new:
            names = [customer.name for customer in self.customers.values()]
            hint = did_you_mean(name, names, otherwise="Leave out --no-new-customers to add it.")
            raise NameRefused("customer", name, f"There is no such customer. {hint}")
        customer = Customer(subscription=self.subscription, id=uuid4(), name=name, name_folded=fold_name(name))
        self.customers[customer.name_folded] = self.customers_by_id[str(customer.id)] = customer
        self.new_customers.append(customer)
        return customer

    def _note_reference(self, customer: Customer, reference: str | None) -> None:
        if not reference or reference == customer.reference:
            return
        if customer.reference:
            # The reference is the MSP's own word; a file, perhaps an old one, does not overrule it.
            self.notes[customer.id] = (
                f"The file gives {customer.name!r} the reference {reference!r}; {customer.reference!r} was kept."
            )
            return
        customer.reference = reference
        self.referenced[customer.id] = customer

    def _organisation(self, customer: Customer, name: str | None) -> Organisation | None:
        if name is None:
            return None
        key = (customer.id, fold_name(name))
        if key not in self.organisations:
            organisation = Organisation(
                subscription=self.subscription, id=uuid4(), customer_id=customer.id, name=name, name_folded=key[1]
            )
            self.organisations[key] = organisation
            self.new_organisations.append(organisation)
        return self.organisations[key]


def _check_length(column: str, what: str, text: str | None) -> None:
    if text is not None and len(text) > NAME_CHARACTERS:
        raise NameRefused(column, text, f"{what} has at most {NAME_CHARACTERS} characters.")


def _check_line(customer: str) -> None:
    """As nobody can type such a name, nobody could name the customer in a command; and lists have a customer a line."""
    if not is_printed_on_one_line(customer):
        reason = "A customer's name has no line breaks and no control characters. Write it on one line."
        raise NameRefused("customer", customer, reason)
