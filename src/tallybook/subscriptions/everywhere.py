"""What concerns an account is told to every subscription in which the person has a role."""

from tallybook.audit.acting import Actor
from tallybook.audit.recording import record
from tallybook.database.scope import subscription_scope
from tallybook.subscriptions.access import memberships_of
from tallybook.subscriptions.models import User
from tallybook.subscriptions.people import person_subject


def record_everywhere(
    user: User,
    actor: Actor,
    action: str,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Record an event about somebody. Call inside the transaction of the change.

    The order of the subscriptions is always the same, so that no two people wait for each other.
    """
    for membership in memberships_of(user):
        with subscription_scope(membership.subscription_id):
            record(membership.subscription_id, actor, action, person_subject(user), before=before, after=after)
