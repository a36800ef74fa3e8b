"""What a counting rule sees of a backed-up object of one customer in one month."""

from dataclasses import dataclass

from tallybook.billing.users import is_user, is_user_of_generation_b
from tallybook.database.folding import fold, fold_name

SHARED_MAILBOX = "Shared Mailbox"
_FOLDED_SHARED_MAILBOX = fold(SHARED_MAILBOX)
# How sources write that somebody has no licence. Every other word, and none at all, counts as a licence.
_UNLICENSED = frozenset({"unlicensed", "unlicenced", "not licensed", "no licence", "no license", "none", "no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledObject:
    """An object as the ledger has it. What is not known is None; `days_mask` is 0 where the days are not known.

    `email` is the folded address in its details, empty where there is none.
    """

    organisation: str
    object_type: str
    name: str
    email: str = ""
    licence: str | None = None
    deleted: bool | None = None
    invoice: str | None = None
    days_mask: int = 0

    @property
    def known_by(self) -> str:
        """Whose it is, as far as it says so by itself: the address, else the name, folded."""
        return self.email or self.name_folded

    @property
    def name_folded(self) -> str:
        return fold(self.name)

    @property
    def is_user(self) -> bool:
        """Whether the documented recipe looks at it."""
        return is_user(self.object_type, self.invoice)

    @property
    def is_user_of_generation_b(self) -> bool:
        return is_user_of_generation_b(self.object_type)

    @property
    def is_shared_mailbox(self) -> bool:
        return fold(self.object_type) == _FOLDED_SHARED_MAILBOX

    @property
    def is_unlicensed(self) -> bool:
        """Whether it is known that nobody holds a licence for it. An unknown licence counts as one."""
        return self.licence is not None and fold_name(self.licence) in _UNLICENSED
