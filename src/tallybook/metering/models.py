"""Files on their way into the ledger through the console."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from tallybook.subscriptions.models import EMAIL_CHARACTERS, Subscription

FILE_NAME_CHARACTERS = 2000
Options = dict[str, Any]
"""How a file is to be read and taken in: what somebody has said, by the names of the form's fields."""


class State(models.TextChoices):
    """What is being done with an uploaded file, or came of it."""

    RECEIVED = "received"
    CHECKING = "checking"
    CHECKED = "checked"
    UNUSABLE = "unusable"
    IMPORTING = "importing"
    IMPORTED = "imported"
    FAILED = "failed"


WORKING = (State.CHECKING, State.IMPORTING)


class Upload(models.Model):
    """A file that somebody has sent. Its bytes lie in the installation's folder (see `tallybook.metering.uploads`).

    `attempt` counts how often work on it was begun: what somebody confirms is the check that they saw. Work that goes on writes
    `beat_at` every few seconds. `found` is what the last work said of the file, and `message` why it came to nothing.
    """

    pk = models.CompositePrimaryKey("subscription_id", "id")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, db_index=False)
    id: "models.UUIDField[UUID, UUID]" = models.UUIDField(db_default=RandomUUID(), editable=False)
    file_name = models.CharField(max_length=FILE_NAME_CHARACTERS)
    size_bytes = models.BigIntegerField()
    sent_by = models.CharField(max_length=EMAIL_CHARACTERS)
    sent_at = models.DateTimeField(db_default=Now())
    options = models.JSONField()
    state = models.CharField(max_length=10, choices=State)
    attempt = models.IntegerField(default=0)
    beat_at = models.DateTimeField(db_default=Now())
    rows_done = models.IntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    waits = models.BooleanField(default=False)
    found = models.JSONField(null=True)
    message = models.TextField(default="", blank=True)
    import_number = models.IntegerField(null=True)

    class Meta:
        db_table = "upload"
        indexes: ClassVar = [models.Index(fields=["subscription", "import_number"], name="upload_of_import")]

    def __str__(self) -> str:
        return self.file_name
