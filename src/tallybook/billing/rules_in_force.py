"""Which counting rule counts a product in a month. Call these inside the subscription's scope."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.recording import record
from tallybook.billing.models import RuleSetting
from tallybook.billing.numbering import next_number
from tallybook.billing.rules import OBJECTS, PEOPLE, RULES, Rule
from tallybook.errors import Refused
from tallybook.subscriptions.customers import customer_subject
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import Customer, Product, Subscription
from tallybook.subscriptions.products import list_products
from tallybook.subscriptions.revisions import raise_revisions_from

# Of the catalogue that is shipped; a product of one's own is counted by person when its subscription says so.
_USUALLY_BY_PERSON = frozenset({"365 total backup"})


class RulesInForce:
    """The rules of one month: a customer's own, else the subscription's, else the product's usual one."""

    def __init__(self, products: Iterable[Product], settings: Iterable[RuleSetting], month: date) -> None:
        """`settings` come in the order of their months.

        Those of later months, and of rules that hold no more, are passed over: what was set before them goes on.
        """
        self._usual = {product.id: usual_rule(product) for product in products}
        self._chosen: dict[tuple[int, UUID | None], Rule | None] = {}
        for setting in settings:
            rule = RULES.get(setting.rule)
            if setting.first_month <= month and (rule is None or rule.holds_in(month)):
                self._chosen[setting.product_id, setting.customer_id] = rule

    def of(self, product_id: int, customer_id: UUID | None = None) -> Rule:
        """The rule for a product of a customer; without one, that of all customers who have none of their own."""
        own = self._chosen.get((product_id, customer_id))
        return own or self._chosen.get((product_id, None)) or self._usual[product_id]

    def counting_users_of(self, product_id: int, customer_id: UUID) -> Rule | None:
        """The rule for a product of a customer, where it counts users."""
        rule = self.of(product_id, customer_id)
        return rule if rule.counts_users else None

    @property
    def counting_users(self) -> list[int]:
        """The products of which users are counted, for all customers or for some."""
        chosen = {product_id for (product_id, _), rule in self._chosen.items() if rule and rule.counts_users}
        return sorted(chosen | {product_id for product_id in self._usual if self.of(product_id).counts_users})


def usual_rule(product: Product) -> Rule:
    """The rule of a product for which nothing else was set."""
    return PEOPLE if product.name_folded in _USUALLY_BY_PERSON else OBJECTS


def rules_in_force(subscription: Subscription, *months: date) -> list[RulesInForce]:
    """The rules by which each of these months of the subscription is counted."""
    products, settings = list_products(), list_settings(subscription)
    return [RulesInForce(products, settings, month) for month in months]


def list_settings(subscription: Subscription) -> list[RuleSetting]:
    """All that were made, by month."""
    settings = RuleSetting.objects.filter(subscription_id=subscription.id)
    return list(settings.select_related("product").order_by("first_month", "number"))


class Span(NamedTuple):
    """What a rule is set for: a product, of all customers or of one, from a month on."""

    product: Product
    customer: Customer | None
    first_month: date


def set_rule(subscription: Subscription, span: Span, rule: Rule | None, *, actor: Actor) -> None:
    """Count a product by a rule from a month on. The same again changes nothing.

    None ends the rules that were set before: a customer's, so that the subscription's holds, or the subscription's, so that
    the product's usual one does.

    Raises:
        Refused: the rule does not hold in that month.
    """
    if rule and not rule.holds_in(span.first_month):
        raise Refused(f"The rule {rule.name} holds {rule.holds}, and not in {span.first_month:%Y-%m}.")
    lock_subscription(subscription.id)
    of_subscription = RuleSetting.objects.filter(subscription_id=subscription.id)
    customer_id = span.customer.id if span.customer else None
    known = of_subscription.filter(product=span.product, customer_id=customer_id, first_month=span.first_month).first()
    name = rule.name if rule else ""
    if known and known.rule == name:
        return
    if known:
        of_subscription.filter(number=known.number).update(rule=name)
    else:
        RuleSetting.objects.create(
            subscription=subscription,
            number=next_number(of_subscription),
            product=span.product,
            customer_id=customer_id,
            first_month=span.first_month,
            rule=name,
        )
    raise_revisions_from(subscription.id, span.first_month)
    facts = {"product": span.product.name, "first_month": f"{span.first_month:%Y-%m}"}
    before = {"rule": known.rule} if known else {}
    subject = customer_subject(span.customer) if span.customer else _whole(subscription)
    record(subscription.id, actor, "rule.set", subject, before=facts | before, after=facts | {"rule": name})


def _whole(subscription: Subscription) -> Subject:
    return Subject("subscription", str(subscription.id), subscription.name)
