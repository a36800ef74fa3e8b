"""Erasing what names a person, as the role that owns the schema: the one that serves cannot take anything out of the log."""

from uuid import UUID

from django.db import connections

from tallybook.database.folding import fold
from tallybook.database.scope import subscription_scope

_ERASE = """
    DELETE FROM audit_detail
    WHERE subscription_id = %(subscription_id)s AND (
        actor_name = %(email)s OR subject_name = %(email)s
        OR jsonb_path_exists(
            jsonb_build_array(before, after), '$.** ? (@ == $email)', jsonb_build_object('email', %(email)s::text)
        )
    )
"""


def erase_person(subscription_id: UUID, email: str) -> int:
    """Erase the details of events that this person did, or that name or quote the address as a whole. Returns how many.

    Committed at once, on the owner's connection; the events stay, with the id of who acted, and the chain stays whole.
    """
    with subscription_scope(subscription_id, using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(_ERASE, {"subscription_id": subscription_id, "email": fold(email.strip())})
        return int(cursor.rowcount)
