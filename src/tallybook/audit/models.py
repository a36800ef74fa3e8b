"""The tables of the audit log. Only `tallybook.audit.recording` writes them, and nobody changes what is written.

An event holds what is hashed: it is kept for ever. What names or quotes somebody lies in its detail, which can be erased; the
event goes on to hold a commitment to it. Subscriptions are floors above, so the reference to them stands in the migration.
"""

from typing import ClassVar

from django.db import models

ACTION_CHARACTERS = 64
KIND_CHARACTERS = 32
TEXT_CHARACTERS = 2000
HASH_BYTES = 32


class AuditEvent(models.Model):
    """Something that was done. `number` counts from 1 within the subscription, without gaps."""

    pk = models.CompositePrimaryKey("subscription_id", "number")
    subscription_id = models.UUIDField()
    number = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=KIND_CHARACTERS)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=ACTION_CHARACTERS)
    subject_kind = models.CharField(max_length=KIND_CHARACTERS)
    subject_id = models.CharField(max_length=TEXT_CHARACTERS)
    detail_commitment = models.BinaryField(max_length=HASH_BYTES)
    hash = models.BinaryField(max_length=HASH_BYTES)

    class Meta:
        db_table = "audit_event"
        indexes: ClassVar = [models.Index(fields=["subscription_id", "subject_id", "-number"], name="audit_event_subject")]


class AuditDetail(models.Model):
    """The personal and free text of an event. A row that is missing was erased."""

    pk = models.CompositePrimaryKey("subscription_id", "number")
    subscription_id = models.UUIDField()
    number = models.BigIntegerField()
    salt = models.BinaryField(max_length=HASH_BYTES)
    actor_name = models.CharField(max_length=TEXT_CHARACTERS)
    address = models.CharField(max_length=TEXT_CHARACTERS, null=True)
    subject_name = models.CharField(max_length=TEXT_CHARACTERS)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "audit_detail"
