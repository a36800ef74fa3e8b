"""Counting rules: how billed users follow from the objects of one customer in one month (DESIGN: The 365 bill).

A rule groups objects, by name or by person, and judges each group: counted or free, and why. The reason is made where the
decision is made, so that the two cannot part.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from tallybook.billing.objects import BilledObject, by_name, by_person

_DAYS = 31


class Verdict(NamedTuple):
    """Whether a group of objects is billed, and the reason as a sentence."""

    counted: bool
    reason: str


class Judged(NamedTuple):
    """A name or a person with the objects that belong to it, and what the rule makes of it."""

    identity: str
    objects: tuple[BilledObject, ...]
    verdict: Verdict


Judge = Callable[[Sequence[BilledObject]], Verdict]
_Groups = Iterable[tuple[str, Sequence[BilledObject]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A counting rule. `holds_from` and `holds_until` are months, both included; None where it holds without an end."""

    name: str
    title: str
    considers: Callable[[BilledObject], bool]
    """Whether an object is about a user at all. All others are free, each for itself."""
    group: Callable[[list[BilledObject]], _Groups]
    judge: Judge
    holds_from: date | None = None
    holds_until: date | None = None
    counts_days: bool = False
    """Whether the quantity is the highest number of any day, where the days are known."""

    def holds_in(self, month: date) -> bool:
        return (self.holds_from is None or self.holds_from <= month) and (self.holds_until is None or month <= self.holds_until)

    def judged(self, objects: Iterable[BilledObject]) -> list[Judged]:
        """Each name or person of one customer and month, in the order of their identities, then what is about nobody."""
        users: list[BilledObject] = []
        others: list[BilledObject] = []
        for one in objects:
            (users if self.considers(one) else others).append(one)
        groups = sorted(self.group(users), key=lambda group: group[0])
        found = [Judged(identity, tuple(ones), self.judge(ones)) for identity, ones in groups]
        return found + [Judged(one.name, (one,), _about_nobody(one)) for one in others]

    def quantity(self, judged: Iterable[Judged]) -> int:
        """How many are billed."""
        counted = [one for one in judged if one.verdict.counted]
        return _highest_day(counted) if self.counts_days else len(counted)


def _highest_day(counted: Sequence[Judged]) -> int:
    """The most on any one day. Whoever has an object of which the days are not known was there all month."""
    all_month, masks = 0, []
    for one in counted:
        mask = 0
        for item in one.objects:
            mask |= item.days_mask or -1
        if mask == -1:
            all_month += 1
        else:
            masks.append(mask)
    return all_month + max((sum(mask >> day & 1 for mask in masks) for day in range(_DAYS)), default=0)


def _names(objects: list[BilledObject]) -> _Groups:
    return by_name(objects).items()


def _people(objects: list[BilledObject]) -> _Groups:
    return ((person.identity, ones) for person, ones in by_person(objects).items())


def _types(objects: Iterable[BilledObject]) -> str:
    return " and ".join(sorted({one.object_type for one in objects}))


def _counted(why: str) -> Verdict:
    return Verdict(counted=True, reason=f"Counted: {why}")


def _free(why: str) -> Verdict:
    return Verdict(counted=False, reason=f"Free: {why}")


def _about_nobody(one: BilledObject) -> Verdict:
    if one.is_user_of_generation_b:
        return _free(f"the source says {one.invoice or 'nothing of an invoice'}.")
    return _free(f"{one.object_type} is none of the types by which users are billed.")


def _is_user(one: BilledObject) -> bool:
    return one.is_user


def _is_user_or_shared(one: BilledObject) -> bool:
    return one.is_user or one.is_shared_mailbox


def _by_recipe(objects: Sequence[BilledObject]) -> Verdict:
    return _counted(f"there is {_types(objects)} of this name.")


def _by_person(objects: Sequence[BilledObject]) -> Verdict:
    return _counted(f"this person has {_types(objects)}.")


def _until_march_2022(objects: Sequence[BilledObject]) -> Verdict:
    users = [one for one in objects if one.is_user]
    if not users:
        if all(one.is_unlicensed for one in objects):
            return _free("a shared mailbox without a licence.")
        return _counted("a shared mailbox with a licence, or of which none is known.")
    if all(one.deleted for one in users):
        return _counted(f"the backup of {_types(users)} is kept, though this person left.")
    return _counted(f"this person has {_types(users)}.")


def _from_april_2022(objects: Sequence[BilledObject]) -> Verdict:
    there = [one for one in objects if not one.deleted]
    if not there:
        return _free("only backups of deleted objects are left.")
    if all(one.is_unlicensed for one in there):
        return _free("no licence is held.")
    if any(one.licence for one in there):
        return _counted(f"a licence is held; there is {_types(there)}.")
    return _counted(f"whether a licence is held is not known; there is {_types(there)}.")


RECIPE = Rule(name="recipe", title="The documented recipe, by name", considers=_is_user, group=_names, judge=_by_recipe)
PEOPLE = Rule(name="people", title="People", considers=_is_user, group=_people, judge=_by_person)
UNTIL_MARCH_2022 = Rule(
    name="until-2022-03",
    title="People, as until March 2022",
    considers=_is_user_or_shared,
    group=_people,
    judge=_until_march_2022,
    holds_until=date(2022, 3, 1),
)
FROM_APRIL_2022 = Rule(
    name="from-2022-04",
    title="Licensed people, as from April 2022",
    considers=_is_user_or_shared,
    group=_people,
    judge=_from_april_2022,
    holds_from=date(2022, 4, 1),
    counts_days=True,
)
RULES = {rule.name: rule for rule in (PEOPLE, RECIPE, UNTIL_MARCH_2022, FROM_APRIL_2022)}
