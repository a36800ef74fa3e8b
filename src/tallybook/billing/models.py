"""Which counting rule counts a product from which month on, what was decided about people, and what came of each month."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from tallybook.subscriptions.models import NAME_CHARACTERS, Product, Subscription
from tallybook.usage.models import FOLDED_CHARACTERS


class RuleSetting(models.Model):
    """The rule of a product from a month on, for all customers, or for one. `number` counts within the subscription.

    An empty rule ends those that were set before: a customer's, so that the subscription's holds, or the subscription's, so
    that the product's usual one does.
    """

    pk = models.CompositePrimaryKey("subscription_id", "number")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    number = models.IntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, db_index=False)
    customer_id = models.UUIDField(null=True)
    first_month = models.DateField()
    rule = models.CharField(max_length=NAME_CHARACTERS, blank=True)

    class Meta:
        db_table = "rule_setting"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription", "product", "customer_id", "first_month"],
                nulls_distinct=False,
                name="rule_setting_unique",
            )
        ]


class CountedMonth(models.Model):
    """A month whose quantities were counted, at which revision of the ledger and by which version of the rules."""

    pk = models.CompositePrimaryKey("subscription_id", "month")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    month = models.DateField()
    revision = models.BigIntegerField()
    rules_version = models.CharField(max_length=64)

    class Meta:
        db_table = "counted_month"


class Quantity(models.Model):
    """What is billed of a product for a customer in a month. Can be counted again at any time.

    Customer and product are read from the ledger, and neither is ever deleted: of thousands of rows at once, each reference
    that is checked takes a tenth of a second. `recipe`, `free_count` and `excluded_count` are NULL where
    objects are counted, and not users.
    """

    pk = models.CompositePrimaryKey("subscription_id", "month", "customer_id", "product_id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    month = models.DateField()
    customer_id = models.UUIDField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    rule = models.CharField(max_length=NAME_CHARACTERS)
    quantity = models.IntegerField()
    recipe = models.IntegerField(null=True)
    free_count = models.IntegerField(null=True)
    excluded_count = models.IntegerField(null=True)

    class Meta:
        db_table = "quantity"


class PersonDecision(models.Model):
    """That some identities of one organisation are one person, or are not. `number` counts within the subscription.

    Of a single identity it says that all names beside it are one person's, or that each of them is a person. Organisation and
    identities are folded; the organisation is empty where there is none.
    """

    pk = models.CompositePrimaryKey("subscription_id", "number")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    number = models.IntegerField()
    customer_id = models.UUIDField()
    organisation = models.CharField(max_length=FOLDED_CHARACTERS, blank=True)
    identities = ArrayField(models.CharField(max_length=FOLDED_CHARACTERS))
    is_one_person = models.BooleanField()
    first_month = models.DateField()
    decided_by = models.CharField(max_length=NAME_CHARACTERS)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "person_decision"


class Exclusion(models.Model):
    """Somebody who is counted and not billed. `number` counts within the subscription.

    Organisation and identity are folded; `owner` is who answers for it.
    """

    pk = models.CompositePrimaryKey("subscription_id", "number")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    number = models.IntegerField()
    customer_id = models.UUIDField()
    organisation = models.CharField(max_length=FOLDED_CHARACTERS, blank=True)
    identity = models.CharField(max_length=FOLDED_CHARACTERS)
    reason = models.CharField(max_length=NAME_CHARACTERS)
    owner = models.CharField(max_length=NAME_CHARACTERS)
    first_month = models.DateField()
    last_month = models.DateField(null=True)

    class Meta:
        db_table = "exclusion"
