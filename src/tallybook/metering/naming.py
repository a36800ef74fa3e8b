"""From the names in a file to the customers, organisations and products of the subscription; new ones are noted and made."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from tallybook.database.folding import fold_name
from tallybook.metering.reading import UsageRow
from tallybook.subscriptions.customers import customers_by_name
from tallybook.subscriptions.models import NAME_CHARACTERS, Customer, Organisation, Subscription
from tallybook.subscriptions.near import did_you_mean
from tallybook.subscriptions.products import products_by_name, unknown_product


class NameRefused(Exception):
    """A name of a row that cannot be taken."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = column, value, reason


@dataclass(frozen=True, slots=True)
class Named:
    """The customer and organisation that a row is about."""

    customer_id: str
    organisation_id: str | None


@dataclass(kw_only=True)
class Names:
    """What is known under which folded name. Load it under the ledger's lock, so that nobody adds names meanwhile."""

    subscription: Subscription
    allow_new: bool
    customers: dict[str, Customer]
    organisations: dict[tuple[UUID, str], Organisation]
    new_customers: list[Customer] = field(default_factory=list)
    new_organisations: list[Organisation] = field(default_factory=list)
    referenced: dict[UUID, Customer] = field(default_factory=dict)
    notes: dict[UUID, str] = field(default_factory=dict)
    _products: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, subscription: Subscription, *, allow_new: bool) -> "Names":
        organisations = Organisation.objects.filter(subscription_id=subscription.id)
        return cls(
            subscription=subscription,
            allow_new=allow_new,
            customers=customers_by_name(subscription),
            organisations={(one.customer_id, one.name_folded): one for one in organisations},
            _products={folded: product.id for folded, product in products_by_name().items()},
        )

    def product_id(self, name: str) -> int:
        """The product of this name or alias; raises NameRefused."""
        product_id = self._products.get(fold_name(name))
        if product_id is None:
            raise NameRefused("product", name, f"{unknown_product(name)} `tallybook product` adds products and aliases.")
        return product_id

    def named(self, row: UsageRow) -> Named:
        """The customer and organisation of a row, made if they are new; raises NameRefused."""
        customer = self._customer(row.customer, row.customer_id)
        self._note_reference(customer, row.customer_reference)
        organisation = self._organisation(customer, row.organisation)
        return Named(str(customer.id), str(organisation.id) if organisation else None)

    def save(self) -> None:
        """Write down the new customers and organisations, and the references of customers that had none."""
        Customer.objects.bulk_create(self.new_customers)
        Organisation.objects.bulk_create(self.new_organisations)
        made = {customer.id for customer in self.new_customers}
        for customer in self.referenced.values():
            if customer.id not in made:
                customer.save(update_fields=["reference"])

    def _customer(self, name: str, stated_id: str | None) -> Customer:
        customer = self.customers.get(fold_name(name))
        if stated_id is not None:
            self._check_id(name, stated_id, customer)
        return customer or self._new_customer(name)

    def _check_id(self, name: str, stated_id: str, customer: Customer | None) -> None:
        """An id counts where it is one of this subscription's; another subscription's, as in its report, says nothing here."""
        owner = next((one for one in self.customers.values() if str(one.id) == stated_id.strip().lower()), None)
        if owner is not None and (customer is None or owner.id != customer.id):
            reason = f"This id is the customer {owner.name!r}, but the row names {name!r}. Mend one of the two."
            raise NameRefused("customer_id", stated_id, reason)

    def _new_customer(self, name: str) -> Customer:
        if not self.allow_new:
            names = [customer.name for customer in self.customers.values()]
            hint = did_you_mean(name, names, otherwise="Leave out --no-new-customers to add it.")
            raise NameRefused("customer", name, f"There is no such customer. {hint}")
        customer = Customer(subscription=self.subscription, id=uuid4(), name=name, name_folded=fold_name(name))
        self.customers[customer.name_folded] = customer
        self.new_customers.append(customer)
        return customer

    def _note_reference(self, customer: Customer, reference: str | None) -> None:
        if not reference or reference == customer.reference:
            return
        if len(reference) > NAME_CHARACTERS:
            raise NameRefused("customer_reference", reference, f"A reference has at most {NAME_CHARACTERS} characters.")
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
        if len(name) > NAME_CHARACTERS:
            raise NameRefused("organisation", name, f"An organisation's name has at most {NAME_CHARACTERS} characters.")
        key = (customer.id, fold_name(name))
        if key not in self.organisations:
            organisation = Organisation(
                subscription=self.subscription, id=uuid4(), customer_id=customer.id, name=name, name_folded=key[1]
            )
            self.organisations[key] = organisation
            self.new_organisations.append(organisation)
        return self.organisations[key]
