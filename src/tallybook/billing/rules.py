"""Counting rules: how billed users follow from the objects of one customer in one month (DESIGN: The 365 bill).

A rule groups objects, by name or by person, and judges each group: counted or free, and why. The reason is made where the
decision is made, so that the two cannot part.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tallybook.billing import grouping
from tallybook.billing.decisions import NO_DECISIONS, Decisions, Excluded
from tallybook.billing.objects import BilledObject
from tallybook.billing.people import identify
from tallybook.errors import NotFound

_DAYS = 31
_FREE = "Free"


class Verdict(NamedTuple):
    """Whether a group of objects is billed, the reason as a sentence, and the objects for which it is billed."""

    counted: bool
    reason: str
    because_of: tuple[BilledObject, ...] = ()


class Judged(NamedTuple):
    """A name or a person with the objects that belong to it, and what the rule makes of it."""

    identity: str
    objects: tuple[BilledObject, ...]
    verdict: Verdict
    excluded: Excluded | None = None
    """Who is counted may be left off the bill."""

    @property
    def is_billed(self) -> bool:
        return self.verdict.counted and self.excluded is None

    @property
    def is_excluded(self) -> bool:
        """Whether it would be billed, had nobody decided otherwise."""
        return self.verdict.counted and self.excluded is not None

    @property
    def reason(self) -> str:
        """Why it is billed or not, as a sentence."""
        return self.excluded.sentence if self.excluded and self.verdict.counted else self.verdict.reason

    @property
    def name(self) -> str:
        """As its first object has it."""
        return self.objects[0].name


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A counting rule. `holds_from` and `holds_until` are months, both included; None where it holds without an end."""

    name: str
    title: str
    set_aside: Callable[[BilledObject], Verdict | None]
    """Why an object is about no user at all, and so is free for itself; None for all others."""
    group: grouping.Group
    group_listed: grouping.GroupListed
    judge: Callable[[Sequence[BilledObject]], Verdict]
    free_when: str
    """When somebody who is counted would be free, as a sentence."""
    counts_users: bool = True
    """Whether it is users that are counted, and not objects."""
    holds_from: date | None = None
    holds_until: date | None = None
    counts_days: bool = False
    """Whether the quantity is the highest number of any day, where the days are known."""

    def holds_in(self, month: date) -> bool:
        return (self.holds_from is None or self.holds_from <= month) and (self.holds_until is None or month <= self.holds_until)

    @property
    def holds(self) -> str:
        """When it holds, in words."""
        since = f"from {self.holds_from:%Y-%m} on" if self.holds_from else ""
        until = f"until {self.holds_until:%Y-%m}" if self.holds_until else ""
        return " ".join(part for part in (since, until) if part) or "always"

    def judged(self, objects: Iterable[BilledObject], decisions: Decisions = NO_DECISIONS) -> list[Judged]:
        """Each name or person of one customer and month, in the order of their identities, then what is about no user."""
        users: list[BilledObject] = []
        others: list[Judged] = []
        for one in objects:
            if verdict := self.set_aside(one):
                others.append(Judged(one.known_by, (one,), verdict))
            else:
                users.append(one)
        groups = sorted(self.group(users, decisions), key=lambda group: group[0])
        excluded = _excluded(users, decisions) if decisions.excluded and self.counts_users else {}
        judged = [Judged(identity, tuple(ones), self.judge(ones), _of_all(ones, excluded)) for identity, ones in groups]
        return judged + others

    def quantity(self, judged: Iterable[Judged]) -> int:
        """How many are billed."""
        return self.quantity_of((one.verdict, 1) for one in judged if one.is_billed)

    def quantity_of(self, verdicts: Iterable[tuple[Verdict, int]]) -> int:
        """How many are billed, from verdicts and how many have each of them."""
        counted = [(verdict, number) for verdict, number in verdicts if verdict.counted]
        return _highest_day(counted) if self.counts_days else sum(number for _, number in counted)


def _excluded(users: list[BilledObject], decisions: Decisions) -> dict[int, Excluded]:
    """By the id of each object whose person is not billed, or whose address is not, whoever shares it."""
    found: dict[int, Excluded] = {}
    for person, known, one in zip(identify(users, decisions), identify(users), users, strict=True):
        if excluded := decisions.excluded.get(person) or decisions.excluded.get(known):
            found[id(one)] = excluded
    return found


def _of_all(objects: Iterable[BilledObject], excluded: Mapping[int, Excluded]) -> Excluded | None:
    """Why a group is not billed: everybody in it is excluded. A name may be that of somebody else too, who is billed."""
    reasons = [excluded.get(id(one)) for one in objects]
    return reasons[0] if all(reasons) else None


def _highest_day(counted: Iterable[tuple[Verdict, int]]) -> int:
    """The most on any one day. Whoever is billed for an object of which the days are not known was there all month."""
    all_month, masks = 0, []
    for verdict, number in counted:
        mask = 0
        for item in verdict.because_of:
            mask |= item.days_mask or -1
        if mask == -1:
            all_month += number
        else:
            masks.append((mask, number))
    return all_month + max((sum(number for mask, number in masks if mask >> day & 1) for day in range(_DAYS)), default=0)


def _types(objects: Iterable[BilledObject]) -> str:
    *most, last = sorted({one.object_type for one in objects})
    return f"{', '.join(most)} and {last}" if most else last


def _counted(objects: Iterable[BilledObject], why: str) -> Verdict:
    return Verdict(counted=True, reason=f"Counted: {why}", because_of=tuple(objects))


def _free(why: str) -> Verdict:
    return Verdict(counted=False, reason=f"Free: {why}")


def _never(_one: BilledObject) -> Verdict | None:
    return None


def _unless_user(one: BilledObject) -> Verdict | None:
    if one.is_user:
        return None
    if one.is_user_of_generation_b:
        return _free(f"the source says {one.invoice or 'nothing of an invoice'}.")
    return _free(f"{one.object_type} is none of the types by which users are billed.")


def _unless_user_or_shared(one: BilledObject) -> Verdict | None:
    if not one.is_shared_mailbox:
        return _unless_user(one)
    return _free("a shared mailbox, and the source says Free.") if one.invoice == _FREE else None


NO_LICENCE = _free("no licence is held.")


def _by_recipe(objects: Sequence[BilledObject]) -> Verdict:
    return _counted(objects, f"there is {_types(objects)} of this name.")


def _by_object(objects: Sequence[BilledObject]) -> Verdict:
    return _counted(objects, f"there is this {_types(objects)}.")


def _by_person(objects: Sequence[BilledObject]) -> Verdict:
    return _counted(objects, f"this person has {_types(objects)}.")


def _until_march_2022(objects: Sequence[BilledObject]) -> Verdict:
    users = [one for one in objects if one.is_user]
    if not users:
        if _holds_licence(objects) is False:
            return _free("a shared mailbox without a licence.")
        return _counted(objects, "a shared mailbox with a licence, or of which none is known.")
    if all(one.deleted for one in users):
        return _counted(users, f"the backup of {_types(users)} is kept, though this person left.")
    return _counted(users, f"this person has {_types(users)}.")


def _from_april_2022(objects: Sequence[BilledObject]) -> Verdict:
    there = [one for one in objects if not one.deleted]
    if not there:
        return _free("only backups of deleted objects are left.")
    holds_licence = _holds_licence(there)
    if holds_licence is False:
        return NO_LICENCE
    held = "a licence is held" if holds_licence else "whether a licence is held is not known"
    return _counted(there, f"{held}; there is {_types(there)}.")


def _holds_licence(objects: Iterable[BilledObject]) -> bool | None:
    """Whether a person holds a licence: it is theirs, and not one object's. None where no object says anything of it."""
    said = [not one.is_unlicensed for one in objects if one.licence]
    return any(said) if said else None


RECIPE = Rule(
    name="recipe",
    title="The documented recipe, by name",
    set_aside=_unless_user,
    group=grouping.names,
    group_listed=grouping.names_listed,
    judge=_by_recipe,
    free_when="With no Mailbox, N/A, OneDrive or User Teams Chats of this name.",
)
PEOPLE = Rule(
    name="people",
    title="People",
    set_aside=_unless_user,
    group=grouping.people,
    group_listed=grouping.people_listed,
    judge=_by_person,
    free_when="With no Mailbox, N/A, OneDrive or User Teams Chats left.",
)
UNTIL_MARCH_2022 = Rule(
    name="until-2022-03",
    title="People, as until March 2022",
    set_aside=_unless_user_or_shared,
    group=grouping.people,
    group_listed=grouping.people_listed,
    judge=_until_march_2022,
    free_when="With nothing but shared mailboxes left, of which it is known that they have no licence.",
    holds_until=date(2022, 3, 1),
)
FROM_APRIL_2022 = Rule(
    name="from-2022-04",
    title="Licensed people, as from April 2022",
    set_aside=_unless_user_or_shared,
    group=grouping.people,
    group_listed=grouping.people_listed,
    judge=_from_april_2022,
    free_when="When it is known that no licence is held, or when only backups of deleted objects are left.",
    holds_from=date(2022, 4, 1),
    counts_days=True,
)
OBJECTS = Rule(
    name="objects",
    title="Objects",
    set_aside=_never,
    group=grouping.each,
    group_listed=grouping.each_listed,
    judge=_by_object,
    free_when="Without a backup in the month.",
    counts_users=False,
)
RULES = {rule.name: rule for rule in (PEOPLE, RECIPE, UNTIL_MARCH_2022, FROM_APRIL_2022, OBJECTS)}


def find_rule(name: str) -> Rule:
    """The rule of this name.

    Raises:
        NotFound: names those that there are.
    """
    if name in RULES:
        return RULES[name]
    raise NotFound(f"There is no counting rule {name!r}. Choose one of {', '.join(RULES)}.")
