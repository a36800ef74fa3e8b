"""The tables of the ledger. Only `ledger` and, to take an import back, `undoing` write them, in SQL; counts of them, `history`.

Their references to customers, organisations, products and imports stand in the migrations, since Django's ForeignKey cannot
point to a composite key. On entries and items they are declared NOT ENFORCED: checked row by row they took 35 of the 60
seconds that a million rows need, so a post checks them all at once instead, and what they point to cannot be deleted.

Keys lead with `subscription_id`, then month and customer: a report of one customer's month reads one stretch of an index,
however many months and customers there are.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from tallybook.subscriptions.models import EMAIL_CHARACTERS, NAME_CHARACTERS, Subscription

TEXT_CHARACTERS = 2000
FOLDED_CHARACTERS = 3 * TEXT_CHARACTERS


class Source(models.Model):
    """Who reports usage. `number` counts within the subscription."""

    pk = models.CompositePrimaryKey("subscription_id", "number")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    number = models.SmallIntegerField()
    name = models.CharField(max_length=NAME_CHARACTERS)

    class Meta:
        db_table = "source"
        constraints: ClassVar = [models.UniqueConstraint(fields=["subscription", "name"], name="source_name_unique")]


class Import(models.Model):
    """One file that was taken in. `number` counts within the subscription and orders its entries.

    An entry of an import that was undone is retired by that import itself.
    """

    pk = models.CompositePrimaryKey("subscription_id", "number")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    number = models.IntegerField()
    source_number = models.SmallIntegerField()
    file_name = models.CharField(max_length=TEXT_CHARACTERS)
    file_sha256 = models.CharField(max_length=64)
    file_bytes = models.BigIntegerField()
    profile = models.CharField(max_length=NAME_CHARACTERS)
    replaced = models.BooleanField()
    received_at = models.DateTimeField(db_default=Now())
    row_count = models.IntegerField()
    new_count = models.IntegerField()
    existing_count = models.IntegerField()
    changed_count = models.IntegerField()
    refused_count = models.IntegerField()
    removed_count = models.IntegerField()
    made_by = models.CharField(max_length=EMAIL_CHARACTERS, db_default="")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=EMAIL_CHARACTERS, db_default="")

    class Meta:
        db_table = "usage_import"

    def __str__(self) -> str:
        return f"{self.file_name} (import {self.number})"


class ImportReach(models.Model):
    """A customer's month and product of which the rows of an import speak, be it only to say the same again."""

    pk = models.CompositePrimaryKey("subscription_id", "import_number", "month", "customer_id", "product_id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    import_number = models.IntegerField()
    month = models.DateField()
    customer_id = models.UUIDField()
    product_id = models.SmallIntegerField()

    class Meta:
        db_table = "import_reach"
        indexes: ClassVar = [models.Index(fields=["subscription", "month", "customer_id"], name="import_reach_of")]


class LedgerRow(models.Model):
    """What an entry says of an object in a month, and what a usage item is the fold of.

    `object_key` is the hash of the object's identity within its customer (see `tallybook.usage.identity`). `object_email` is
    the address in the details, folded, and NULL where they hold none (see `tallybook.usage.emails`).
    `days_mask` has bit n-1 set when the object was seen on day n; it is 0 where the days are unknown. `days_backed_up` is the
    number of days, also where a source gives only that. NULL means that nothing is known.
    """

    month = models.DateField()
    customer_id = models.UUIDField()
    product = models.ForeignKey("subscriptions.Product", on_delete=models.PROTECT, db_index=False, db_constraint=False)
    object_key = models.UUIDField()
    organisation_id = models.UUIDField(null=True)
    object_type = models.CharField(max_length=TEXT_CHARACTERS)
    object_name = models.CharField(max_length=TEXT_CHARACTERS)
    object_name_folded = models.CharField(max_length=FOLDED_CHARACTERS)
    object_details = models.CharField(max_length=TEXT_CHARACTERS, null=True)
    object_email = models.CharField(max_length=FOLDED_CHARACTERS, null=True)
    object_id = models.CharField(max_length=TEXT_CHARACTERS, null=True)
    plan = models.CharField(max_length=TEXT_CHARACTERS, null=True)
    licence = models.CharField(max_length=TEXT_CHARACTERS, null=True)
    deleted = models.BooleanField(null=True)
    invoice = models.CharField(max_length=8, null=True)
    days_mask = models.IntegerField(default=0)
    days_backed_up = models.SmallIntegerField(null=True)
    first_backup = models.DateTimeField(null=True)
    last_backup = models.DateTimeField(null=True)
    protected_bytes = models.BigIntegerField(null=True)
    stored_bytes = models.BigIntegerField(null=True)
    adjustment_for = models.DateField(null=True)

    class Meta:
        abstract = True


class Entry(LedgerRow):
    """What one source says of one usage item: kept, retired by a later import, never overwritten.

    The live entry of an item of which one source alone ever spoke has no row here: it is the item (see UsageItem).
    """

    pk = models.CompositePrimaryKey("subscription_id", "month", "customer_id", "object_key", "import_number")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    source_number = models.SmallIntegerField()
    import_number = models.IntegerField()
    line = models.IntegerField()
    retired_by = models.IntegerField(null=True)

    class Meta:
        db_table = "entry"


class UsageItem(LedgerRow):
    """The ledger's line for one object in one month: the fold of its live entries.

    With source, import and line, it is its only live entry as well. Where they are NULL, the live entries, be it one or more,
    stand in rows of their own.
    """

    pk = models.CompositePrimaryKey("subscription_id", "month", "customer_id", "object_key")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False, db_constraint=False)
    source_number = models.SmallIntegerField(null=True)
    import_number = models.IntegerField(null=True)
    line = models.IntegerField(null=True)

    class Meta:
        db_table = "usage_item"


class CountedUsage(models.Model):
    """How many objects each customer had of each product in a month, counted at this revision of it.

    The three lists belong together, place by place: of thirteen months thirteen rows are read, however many customers there
    are. Can be counted again at any time.
    """

    pk = models.CompositePrimaryKey("subscription_id", "month")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    month = models.DateField()
    revision = models.BigIntegerField()
    customer_ids = ArrayField(models.UUIDField())
    product_ids = ArrayField(models.SmallIntegerField())
    object_counts = ArrayField(models.IntegerField())

    class Meta:
        db_table = "counted_usage"
