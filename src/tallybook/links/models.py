"""Report links, and what the endpoint asks before it knows whose they are.

Two tables are read before the subscription is known, since it is learnt from them: the register of keys, and the gates with
link state, address list and the next allowed time. They hold no names. Whoever writes them has to be in the scope of the
subscription, as with all tables; and everything that a person reads of a link lies in tables that nobody else's scope sees.
"""

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from tallybook.subscriptions.models import NAME_CHARACTERS, Subscription

_ADDRESS_CHARACTERS = 45
_KEY_ID_CHARACTERS = 12


class ReportLink(models.Model):
    """A saved choice: what a call of the link is answered with. NULL customers or products are all of them."""

    pk = models.CompositePrimaryKey("subscription_id", "id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(editable=False)
    name = models.CharField(max_length=NAME_CHARACTERS)
    kind = models.CharField(max_length=20, db_default="itemised")
    format = models.CharField(max_length=10)
    customer_ids = ArrayField(models.UUIDField(), null=True)
    product_ids = ArrayField(models.SmallIntegerField(), null=True)
    period = models.CharField(max_length=30)
    made_by = models.CharField(max_length=NAME_CHARACTERS)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "report_link"

    def __str__(self) -> str:
        return self.name


class LinkGate(models.Model):
    """Whether a link may be called now. `revision` is raised by each change of the link, its keys included.

    `allowed` is NULL where anyone may call. `claim` and `lease_until` are set while somebody builds the report.
    """

    link_id = models.UUIDField(primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    revision = models.BigIntegerField(default=1)
    paused_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    allowed = ArrayField(models.CharField(max_length=_ADDRESS_CHARACTERS), null=True)
    repeats_last_file = models.BooleanField(default=False)
    next_allowed_at = models.DateTimeField(db_default=Now())
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "link_gate"


class KeyRegister(models.Model):
    """From a key's id to the keyed hash of its secret, and to its link."""

    key_id = models.CharField(max_length=_KEY_ID_CHARACTERS, primary_key=True)
    secret_hmac = models.BinaryField()
    pepper_id = models.CharField(max_length=12)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    link_id = models.UUIDField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "key_register"
        indexes: ClassVar = [models.Index(fields=["link_id"], name="key_register_link")]


class LinkKey(models.Model):
    """What people see of a key."""

    pk = models.CompositePrimaryKey("subscription_id", "key_id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    key_id = models.CharField(max_length=_KEY_ID_CHARACTERS)
    link_id = models.UUIDField()
    last_four = models.CharField(max_length=4)
    made_by = models.CharField(max_length=NAME_CHARACTERS)
    made_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "link_key"
        indexes: ClassVar = [models.Index(fields=["subscription", "link_id"], name="link_key_link")]


class LinkCall(models.Model):
    """A call of a link, granted or refused; like refusals of a few seconds are one row with their number."""

    pk = models.CompositePrimaryKey("subscription_id", "id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(editable=False)
    link_id = models.UUIDField()
    called_at = models.DateTimeField()
    address = models.CharField(max_length=_ADDRESS_CHARACTERS, default="")
    status = models.SmallIntegerField()
    outcome = models.CharField(max_length=40)
    calls = models.IntegerField(default=1)
    row_count = models.IntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    milliseconds = models.IntegerField(null=True)

    class Meta:
        db_table = "link_call"
        indexes: ClassVar = [models.Index(fields=["subscription", "link_id", "-called_at"], name="link_call_newest")]


class LinkFile(models.Model):
    """The file last sent to a key at an address, in one content coding. The file itself lies on this server's disk.

    `content` is the same for all codings of a report that says the same.
    `superseded_at` is when it took the place of another content: for an hour, whoever asks for the rest of a file without
    saying of which could mean either.
    """

    pk = models.CompositePrimaryKey("subscription_id", "link_id", "key_id", "address", "coding")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    link_id = models.UUIDField()
    key_id = models.CharField(max_length=_KEY_ID_CHARACTERS)
    address = models.CharField(max_length=_ADDRESS_CHARACTERS)
    coding = models.CharField(max_length=10)
    token = models.UUIDField()
    file_name = models.CharField(max_length=NAME_CHARACTERS)
    content_type = models.CharField(max_length=100)
    content = models.CharField(max_length=64)
    sha256 = models.BinaryField()
    size_bytes = models.BigIntegerField()
    row_count = models.IntegerField()
    changed_at = models.DateTimeField(null=True)
    built_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "link_file"
