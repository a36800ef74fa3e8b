"""Subscriptions and what each of them owns besides usage, and the product catalogue.

Every table of a subscription (customers, organisations, roles, revisions and so on) leads its key with `subscription_id` and
carries row-level security (see the migrations). The product catalogue belongs to the installation.
"""

from typing import ClassVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.functions import RandomUUID
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

NAME_CHARACTERS = 200
NOTES_CHARACTERS = 4000
EMAIL_CHARACTERS = 254
# SHA-256.
HASH_BYTES = 32
# An IPv6 address with an IPv4 address in it.
ADDRESS_CHARACTERS = 45
BROWSER_CHARACTERS = 200
# Case folding makes at most three characters of one ("ΐ").
FOLDED_CHARACTERS = 3 * NAME_CHARACTERS


class Subscription(models.Model):
    """One MSP's account: the tenant boundary."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    name = models.CharField(max_length=NAME_CHARACTERS)
    name_folded = models.CharField(max_length=FOLDED_CHARACTERS, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "subscription"

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class People(BaseUserManager["User"]):
    """Finds people by their e-mail address, whatever its letter case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").casefold())


class User(AbstractBaseUser):
    """Somebody who signs in. The e-mail address is stored case-folded."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    email = models.EmailField(max_length=EMAIL_CHARACTERS, unique=True)
    is_active = models.BooleanField(default=True)
    # Such a password is good only together with a code; nobody can tell its length afterwards.
    has_short_password = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "person"

    def __str__(self) -> str:
        return self.email


class Role(models.TextChoices):
    OWNER = "owner"
    BILLING = "billing"
    VIEWER = "viewer"


class Membership(models.Model):
    """A person's role in one subscription."""

    pk = models.CompositePrimaryKey("subscription_id", "user_id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        db_table = "membership"


class Invitation(models.Model):
    """A role that is kept for whoever brings the secret of its link. Accepting and revoking take the row away."""

    pk = models.CompositePrimaryKey("subscription_id", "id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(db_default=RandomUUID(), editable=False)
    email = models.EmailField(max_length=EMAIL_CHARACTERS)
    role = models.CharField(max_length=10, choices=Role)
    secret_hash = models.BinaryField(max_length=HASH_BYTES)
    made_by = models.ForeignKey(User, on_delete=models.CASCADE)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "invitation"
        constraints: ClassVar = [
            # Of two links for one address, nobody could say which role holds.
            models.UniqueConstraint(fields=["subscription", "email"], name="invitation_email_unique"),
        ]


class BrowserSession(AbstractBaseSession):
    """A browser that is signed in, or about to be: a session with its person, so that people can see and end theirs."""

    id = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=ADDRESS_CHARACTERS, default="")
    browser = models.CharField(max_length=BROWSER_CHARACTERS, default="")

    class Meta:
        db_table = "browser_session"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from tallybook.subscriptions.sessions import SessionStore  # noqa: PLC0415 - it needs this model

        return SessionStore


class Customer(models.Model):
    """A client of the MSP. Its id never changes; its name may."""

    pk = models.CompositePrimaryKey("subscription_id", "id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(db_default=RandomUUID(), editable=False)
    name = models.CharField(max_length=NAME_CHARACTERS)
    name_folded = models.CharField(max_length=FOLDED_CHARACTERS)
    reference = models.CharField(max_length=NAME_CHARACTERS, default="", blank=True)
    notes = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customer"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "name_folded"], name="customer_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerAlias(models.Model):
    """Another name under which files call a customer: typed by somebody, or the customer's name before a rename."""

    pk = models.CompositePrimaryKey("subscription_id", "name_folded")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    name_folded = models.CharField(max_length=FOLDED_CHARACTERS)
    name = models.CharField(max_length=NAME_CHARACTERS)
    customer_id = models.UUIDField()

    class Meta:
        db_table = "customer_alias"

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A Microsoft 365 tenant or a site of a customer."""

    pk = models.CompositePrimaryKey("subscription_id", "id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(db_default=RandomUUID(), editable=False)
    customer_id = models.UUIDField()
    name = models.CharField(max_length=NAME_CHARACTERS)
    name_folded = models.CharField(max_length=FOLDED_CHARACTERS)

    class Meta:
        db_table = "organisation"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "customer_id", "name_folded"], name="organisation_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """A backup product in the installation's catalogue."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=NAME_CHARACTERS)
    name_folded = models.CharField(max_length=FOLDED_CHARACTERS, unique=True)

    class Meta:
        db_table = "product"

    def __str__(self) -> str:
        return self.name


class ProductAlias(models.Model):
    """Another name under which files call a product."""

    name_folded = models.CharField(max_length=FOLDED_CHARACTERS, primary_key=True)
    name = models.CharField(max_length=NAME_CHARACTERS)
    product = models.ForeignKey(Product, on_delete=models.CASCADE)

    class Meta:
        db_table = "product_alias"

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """How often what a report of this month says has changed, and when last."""

    pk = models.CompositePrimaryKey("subscription_id", "month")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    month = models.DateField()
    number = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "revision"


class LedgerVersion(models.Model):
    """Another UUID whenever a revision of the subscription is raised, so that one value tells whether any was.

    Read before the subscription is known, by programs that ask whether anything changed. No number: a database that was put
    back to an earlier state would come to the same one with other revisions.
    """

    subscription = models.OneToOneField(Subscription, on_delete=models.CASCADE, primary_key=True)
    version = models.UUIDField()

    class Meta:
        db_table = "ledger_version"
