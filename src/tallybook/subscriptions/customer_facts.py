"""What people write down about a customer: its name, its Customer Reference and notes. Call inside the subscription's scope."""

from typing import NamedTuple
from unicodedata import category

from tallybook.audit.acting import Actor
from tallybook.audit.recording import record
from tallybook.errors import Refused
from tallybook.subscriptions.customers import (
    Whom,
    customer_subject,
    customer_to_change,
    customers_by_name,
    refuse_taken,
    rename_customer,
)
from tallybook.subscriptions.models import NAME_CHARACTERS, NOTES_CHARACTERS, Customer, Subscription
from tallybook.subscriptions.revisions import raise_all_revisions
from tallybook.subscriptions.subscriptions import checked_name, is_printed_on_one_line


class CustomerFacts(NamedTuple):
    """What can be changed of a customer."""

    name: str
    reference: str
    notes: str


class FactRefused(Refused):
    """One of the facts cannot be taken; `fact` is its name."""

    def __init__(self, fact: str, message: str) -> None:
        super().__init__(message)
        self.fact = fact


class ChangedMeanwhile(Refused):
    """Somebody else changed the same facts since they were read; `now` is what stands there."""

    def __init__(self, now: CustomerFacts) -> None:
        super().__init__("Somebody changed this customer meanwhile.")
        self.now = now


def facts_of(customer: Customer) -> CustomerFacts:
    return CustomerFacts(customer.name, customer.reference, customer.notes)


def checked_reference(reference: str) -> str:
    """A Customer Reference that somebody typed, trimmed; empty for none.

    Raises:
        Refused: it is too long, or has characters that cannot be shown on a line.
    """
    trimmed = reference.strip()
    if len(trimmed) > NAME_CHARACTERS:
        raise Refused(f"The Customer Reference has {len(trimmed):,} characters. Use {NAME_CHARACTERS} or fewer.")
    if not is_printed_on_one_line(trimmed):
        raise Refused("The Customer Reference has a line break or a control character. Leave it out.")
    return trimmed


def checked_notes(notes: str) -> str:
    """Notes that somebody typed, trimmed, their lines ended as on this system; empty for none.

    Raises:
        Refused: they are too long, or have a control character.
    """
    trimmed = notes.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(trimmed) > NOTES_CHARACTERS:
        raise Refused(f"The notes have {len(trimmed):,} characters. Use {NOTES_CHARACTERS:,} or fewer.")
    if any(category(character) == "Cc" for character in trimmed if character not in "\n\t"):
        raise Refused("The notes have a control character. Leave it out.")
    return trimmed


def set_reference(subscription: Subscription, whom: Whom, reference: str, *, actor: Actor) -> Customer:
    """Give a customer another Customer Reference, or none. The same one again changes nothing.

    Raises:
        NotFound: there is no such customer.
        Refused: see `checked_reference`.
    """
    customer = customer_to_change(subscription, whom)
    if told := _set(customer, "reference", checked_reference(reference)):
        # It stands in the reports of all months.
        raise_all_revisions(subscription.id)
        record(subscription.id, actor, "customer.reference-changed", customer_subject(customer), **told)
    return customer


def set_notes(subscription: Subscription, whom: Whom, notes: str, *, actor: Actor) -> Customer:
    """Write other notes about a customer, or none. No report has them. The same ones again change nothing.

    Raises:
        NotFound: there is no such customer.
        Refused: see `checked_notes`.
    """
    customer = customer_to_change(subscription, whom)
    if told := _set(customer, "notes", checked_notes(notes)):
        record(subscription.id, actor, "customer.notes-changed", customer_subject(customer), **told)
    return customer


def _set(customer: Customer, fact: str, value: str) -> dict[str, dict[str, object]]:
    """Write a fact down. Gives the values before and after, as the audit log has them; none where it is the same."""
    former = getattr(customer, fact)
    if value == former:
        return {}
    setattr(customer, fact, value)
    customer.save(update_fields=[fact])
    return {"before": {fact: former}, "after": {fact: value}}


def change_customer(
    subscription: Subscription, whom: Whom, seen: CustomerFacts, wanted: CustomerFacts, *, actor: Actor
) -> bool:
    """Change of a customer what differs between what somebody saw and what they want. Returns whether anything changed.

    Raises:
        NotFound: there is no such customer.
        FactRefused: one of the facts cannot be taken; nothing was changed.
        ChangedMeanwhile: somebody else changed one of these facts to something else; nothing was changed.
    """
    customer = customer_to_change(subscription, whom)
    now, wanted = facts_of(customer), _checked(subscription, customer, wanted)
    # The same form sent twice finds what it wants already there.
    mine = {fact: value for fact, value in wanted._asdict().items() if value not in (getattr(seen, fact), getattr(now, fact))}
    if any(getattr(now, fact) != getattr(seen, fact) for fact in mine):
        raise ChangedMeanwhile(now)
    for fact, change in (("reference", set_reference), ("notes", set_notes), ("name", rename_customer)):
        if fact in mine:
            change(subscription, customer.id, mine[fact], actor=actor)
    return bool(mine)


def _checked(subscription: Subscription, customer: Customer, wanted: CustomerFacts) -> CustomerFacts:
    """All of them, before any is written: of a form either everything is saved or nothing."""
    checks = {"name": lambda name: checked_name(name, "customer"), "reference": checked_reference, "notes": checked_notes}
    checked = {}
    for fact, check in checks.items():
        try:
            checked[fact] = check(getattr(wanted, fact))
            if fact == "name":
                refuse_taken(customer, checked[fact], customers_by_name(subscription))
        except Refused as refused:
            raise FactRefused(fact, str(refused)) from None
    return CustomerFacts(**checked)
