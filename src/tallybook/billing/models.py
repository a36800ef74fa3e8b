"""Which counting rule counts a product, and from which month on."""

from typing import ClassVar

from django.db import models

from tallybook.subscriptions.models import NAME_CHARACTERS, Product, Subscription


class RuleSetting(models.Model):
    """The rule of a product from a month on, for all customers, or for one. `number` counts within the subscription.

    An empty rule goes back to what holds without this setting: for a customer to the subscription's rule, for a subscription
    to the product's usual one.
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
