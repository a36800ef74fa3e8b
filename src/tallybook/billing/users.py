"""Which objects are Microsoft 365 users that may be billed: the filter of the documented recipe (DESIGN: The 365 bill)."""

from functools import lru_cache

from tallybook.database.folding import fold

USER_TYPES = ("Mailbox", "N/A", "OneDrive", "User Teams Chats")
# Files of generation B name no workloads: they have one row for each user, and say themselves whether it is billed.
USER_OF_GENERATION_B = "M365 User"
BILLABLE = "Billable"
_TYPES_REMEMBERED = 1024
_FOLDED_TYPES = frozenset(map(fold, USER_TYPES))
_FOLDED_GENERATION_B = fold(USER_OF_GENERATION_B)


# Types are few, and asked for at every object.
@lru_cache(_TYPES_REMEMBERED)
def is_user(object_type: str, invoice: str | None) -> bool:
    """Whether a row of this type is about a user who may be billed."""
    folded = fold(object_type)
    return folded in _FOLDED_TYPES or (folded == _FOLDED_GENERATION_B and invoice == BILLABLE)


@lru_cache(_TYPES_REMEMBERED)
def is_user_of_generation_b(object_type: str) -> bool:
    """Whether the source says of it by `Invoice` whether it is billed."""
    return fold(object_type) == _FOLDED_GENERATION_B
