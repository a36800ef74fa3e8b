"""Which counting rule counts a product, and from which month on; and what the rules made of each month."""

from typing import ClassVar

from django.db import models

from tallybook.subscriptions.models import NAME_CHARACTERS, Product, Subscription


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

    `recipe` and `free_count` are NULL where objects are counted, and not users.
    """

    pk = models.CompositePrimaryKey("subscription_id", "month", "customer_id", "product_id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    month = models.DateField()
    customer_id = models.UUIDField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, db_index=False)
    rule = models.CharField(max_length=NAME_CHARACTERS)
    quantity = models.IntegerField()
    recipe = models.IntegerField(null=True)
    free_count = models.IntegerField(null=True)

    class Meta:
        db_table = "quantity"
