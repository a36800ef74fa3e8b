"""What a counting rule sees of a backed-up object of one customer in one month."""

from dataclasses import dataclass

from tallybook.billing.people import Person, Seen, identify
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
        return self.email or fold(self.name)

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


def names_and_people(objects: list[BilledObject]) -> dict[str, set[Person]]:
    """Each name of a user, folded, with the people who carry it."""
    found: dict[str, set[Person]] = {}
    users = [one for one in objects if one.is_user]
    for name, person in identify([Seen(one.organisation, fold(one.name), one.email) for one in users]):
        found.setdefault(name, set()).add(person)
    return found


def by_name(objects: list[BilledObject]) -> dict[str, list[BilledObject]]:
    """The objects of each name, folded as a spreadsheet compares."""
    found: dict[str, list[BilledObject]] = {}
    for one in objects:
        found.setdefault(fold(one.name), []).append(one)
    return found


def by_person(objects: list[BilledObject]) -> dict[Person, list[BilledObject]]:
    """The objects of each person."""
    found: dict[Person, list[BilledObject]] = {}
    named = identify([Seen(one.organisation, fold(one.name), one.email) for one in objects])
    for one, (_, person) in zip(objects, named, strict=True):
        found.setdefault(person, []).append(one)
    return found
