"""Events of the audit log in plain sentences, and the values that changed in words."""

from collections.abc import Mapping
from typing import NamedTuple

from tallybook.audit.sealing import Facts

# What "Renamed the customer ..." is no pattern for.
_PHRASES = {
    "customer.aliased": "Added an alias of the customer",
    "customer.unaliased": "Removed an alias of the customer",
    "customer.reference-changed": "Changed the Customer Reference of the customer",
    "customer.notes-changed": "Changed the notes about the customer",
    "role.granted": "Gave a role to",
    "import.undone": "Undid the import of",
    "role.changed": "Changed the role of",
    "role.removed": "Removed from the subscription:",
    "invitation.created": "Invited",
    "invitation.revoked": "Revoked the invitation of",
    "invitation.accepted": "Accepted an invitation:",
    "person.password-reset": "Gave another password to",
    "person.totp-reset": "Switched off TOTP of",
    "person.password-changed": "Changed the own password:",
    "person.totp-on": "Switched on the own TOTP:",
    "person.totp-off": "Switched off the own TOTP:",
    "person.recovery-codes-renewed": "Made new recovery codes:",
    "rule.set": "Set a counting rule of",
    "people.decided": "Decided who is one person at",
    "people.undone": "Undid who is one person at",
    "people.excluded": "Left somebody off the bill of",
    "people.included": "Took somebody back onto the bill of",
    "details.erased": "Erased what named a person in the log of",
}
# The values of an import by their names here, in this order; the database gives values back in an order of its own.
_IMPORT = {
    "row_count": "Rows",
    "new_count": "New",
    "existing_count": "Existing",
    "changed_count": "Changed",
    "refused_count": "Refused",
    "removed_count": "Removed",
    "customers_created": "New customers",
    "replaced": "Replacing",
    "taken_away": "Taken away",
    "restored": "Restored",
    "brought_back": "Brought back",
    "profile": "Profile",
    "file_bytes": "Bytes",
    "file_sha256": "SHA-256",
}
_PLACES = {name: place for place, name in enumerate(_IMPORT)}
_UNITS = ("_bytes", "_seconds")


class ChangedValue(NamedTuple):
    """A value of an event, as it was and as it is, in words; None where there was or is nothing."""

    label: str
    before: str | None
    after: str | None


def action_phrase(action: str, subject_kind: str = "") -> str:
    """What was done, up to the name of what it was done to: `Renamed the customer`, `Key rotated: the report link`."""
    thing, _, verb = action.partition(".")
    colon = ":" if "-" in verb else ""
    return _PHRASES.get(action) or f"{_words(verb)}{colon} the {_words(subject_kind or thing).lower()}"


def action_label(action: str) -> str:
    """An action in a list to choose from: `Customer renamed`."""
    return _words(action.replace(".", " "))


def changed_values(before: Facts | None, after: Facts | None) -> list[ChangedValue]:
    """The values that differ: of an import in the order of its summary, else by name."""
    was, is_ = before or {}, after or {}
    names = sorted({*was, *is_}, key=lambda name: (_PLACES.get(name, len(_PLACES)), name))
    return [
        ChangedValue(_label(name), value_text(was.get(name)), value_text(is_.get(name)))
        for name in names
        if (name in was, was.get(name)) != (name in is_, is_.get(name))
    ]


def value_text(value: object) -> str | None:
    """A value as a person reads it; None where there is nothing."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return "; ".join(f"{_label(name)}: {value_text(inner) or '–'}" for name, inner in value.items())  # noqa: RUF001 - a real dash
    if isinstance(value, list):
        return ", ".join(value_text(inner) or "–" for inner in value)  # noqa: RUF001 - likewise
    return str(value)


def _label(name: str) -> str:
    """`pace_seconds` as `Pace, in seconds`."""
    if name in _IMPORT:
        return _IMPORT[name]
    for unit in _UNITS:
        if name.endswith(unit):
            return f"{_words(name.removesuffix(unit))}, in {unit[1:]}"
    return _words(name)


def _words(name: str) -> str:
    spaced = name.replace("_", " ").replace("-", " ")
    return spaced[:1].upper() + spaced[1:]
