"""What is in doubt about people, and what was decided about them, in words."""

from tallybook.billing.models import PersonDecision
from tallybook.billing.suspects import Doubt, Suspect

# Keys of an address, so that the page to which somebody is sent back says what was done.
DONE = {
    "decided": "That is noted: it counts from this month on.",
    "undone": "The decision is undone, as if it had not been made.",
    "excluded": "Left off the bill: still counted and shown, and not billed.",
    "included": "Back on the bill, from this month on.",
}


def doubt_sentence(suspect: Suspect) -> str:
    """What speaks for another number of people than is counted."""
    match suspect.doubt:
        case Doubt.SAME_NAME:
            return f"One name, counted as {len(suspect.identities)} people."
        case Doubt.SEVERAL_NAMES:
            return f"{len(suspect.names)} names, counted as one person."
        case Doubt.NEW_ADDRESS:
            return "The first is new, and the other is gone since the month before: counted as somebody else."


def decision_words(made: PersonDecision) -> str:
    """What was decided."""
    if made.is_one_person:
        return "One person" if len(made.identities) > 1 else "One person, whatever the name"
    return "Different people" if len(made.identities) > 1 else "A person for each name"
