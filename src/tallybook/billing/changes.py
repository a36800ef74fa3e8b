"""Why a customer's number is another one than in the month before: by name and cause."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tallybook.billing.billed_users import CustomerBill
from tallybook.billing.decisions import NO_DECISIONS, Decisions, Person
from tallybook.billing.lots import lots
from tallybook.billing.rules import NO_LICENCE, RECIPE, Judged, Rule
from tallybook.database.folding import fold


class Cause(StrEnum):
    """Why somebody makes a difference to the month before."""

    JOINED = "joined"
    LEFT = "left"
    RENAMED = "renamed"
    LICENCE_GONE = "licence gone"
    DECIDED = "decided"
    EXCLUDED = "excluded"
    FREE_NOW = "free now"
    COUNTED_NOW = "counted now"
    RULE_CHANGED = "rule changed"
    HIGHEST_DAY = "highest day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one name makes of the difference: `delta` more or, below 0, fewer; 0 where a person is there under a new address.

    `name` is empty where it is about nobody in particular.
    """

    name: str
    cause: Cause
    delta: int
    reason: str


def changes(former: CustomerBill | None, now: CustomerBill | None) -> list[Change]:
    """What the two months of one customer and product differ by. The deltas add up to the difference of the quantities."""
    rule, is_new_rule = (former or now), bool(former and now and former.rule != now.rule)
    if rule is None:
        return []
    before = former.judged if former else ()
    after = now.judged if now else ()
    found: list[Change] = []
    if now and is_new_rule:
        by_former_rule = now.judged_by(rule.rule)
        found += _by_rule(by_former_rule, after, now.rule)
        after = by_former_rule
    decisions = now.decisions if now else NO_DECISIONS
    found += _by_person(_known(before, rule.rule), _known(after, rule.rule), decisions)
    difference = (now.quantity if now else 0) - (former.quantity if former else 0)
    if rest := difference - sum(change.delta for change in found):
        # Whoever is counted is told by now; what is left comes from the days.
        cause, reason = (Cause.RULE_CHANGED, _now_by(now.rule)) if now and is_new_rule else (Cause.HIGHEST_DAY, _HIGHEST_DAY)
        found.append(Change(name="", cause=cause, delta=rest, reason=reason))
    return sorted(found, key=lambda change: (-change.delta, change.cause, fold(change.name)))


_HIGHEST_DAY = "The number is that of the highest day of each month."


def _now_by(rule: Rule) -> str:
    return f"The rule is now: {rule.title}."


_Key = tuple[str, str, int]


def _known(judged: Iterable[Judged], rule: Rule) -> dict[_Key, Judged]:
    """Everybody by organisation and identity; the recipe knows no organisations.

    Those who are counted or not as a group come first; what is about no user may have the same identity, and objects that are
    counted each for itself too: they are numbered.
    """
    known: dict[_Key, Judged] = {}
    numbers: Counter[tuple[str, str]] = Counter()
    for one in judged:
        place = ("" if rule == RECIPE else one.objects[0].organisation, one.identity)
        known[*place, numbers[place]] = one
        numbers[place] += 1
    return known


def _by_person(before: Mapping[_Key, Judged], after: Mapping[_Key, Judged], decisions: Decisions) -> Iterator[Change]:
    joined = {key: one for key, one in after.items() if one.is_billed and key not in before}
    left = {key: one for key, one in before.items() if one.is_billed and key not in after}
    yield from _decided(left, joined, after, decisions)
    for old, new in _renamed(left, joined, decisions):
        reason = f"{left.pop(old).identity} is {joined[new].identity} now."
        yield Change(name=joined.pop(new).name, cause=Cause.RENAMED, delta=0, reason=reason)
    for one in joined.values():
        yield Change(name=one.name, cause=Cause.JOINED, delta=1, reason=one.reason)
    for one in left.values():
        yield Change(name=one.name, cause=Cause.LEFT, delta=-1, reason="No backup in this month.")
    for key in before.keys() & after.keys():
        former, now = before[key], after[key]
        if former.is_billed and not now.is_billed:
            yield Change(name=now.name, cause=_why_free(now), delta=-1, reason=now.reason)
        elif now.is_billed and not former.is_billed:
            yield Change(name=now.name, cause=Cause.COUNTED_NOW, delta=1, reason=now.reason)


def _decided(
    left: dict[_Key, Judged], joined: dict[_Key, Judged], after: Mapping[_Key, Judged], decisions: Decisions
) -> Iterator[Change]:
    """Who is no leaver and no joiner: somebody decided, from this month on, who is one person. They are taken out of both."""
    for organisation, identity, number in list(left):
        person = Person(organisation, identity)
        if (other := decisions.same_as.get(person)) and (organisation, other.identity, number) in after:
            one = left.pop((organisation, identity, number))
            became = joined.pop((organisation, other.identity, number), None)
            reason = f"{identity} is one person with {other.identity}."
            yield Change(name=one.name, cause=Cause.DECIDED, delta=0 if became else -1, reason=reason)
        elif person in decisions.shared:
            parts = [
                key for key in joined if key[0] == organisation and any(item.email == identity for item in joined[key].objects)
            ]
            if parts:
                del left[organisation, identity, number]
                names = ", ".join(joined.pop(key).name for key in parts)
                reason = f"Each name beside {identity} is a person."
                yield Change(name=names, cause=Cause.DECIDED, delta=len(parts) - 1, reason=reason)


def _why_free(now: Judged) -> Cause:
    if now.is_excluded:
        return Cause.EXCLUDED
    return Cause.LICENCE_GONE if now.verdict == NO_LICENCE else Cause.FREE_NOW


def _renamed(left: Mapping[_Key, Judged], joined: Mapping[_Key, Judged], decisions: Decisions) -> list[tuple[_Key, _Key]]:
    """Who left and who joined under one name, where nobody else of the organisation did, and nobody says that they are two."""
    leavers, joiners = _by_name(left), _by_name(joined)
    return [
        (leavers[name][0], joiners[name][0])
        for name in leavers.keys() & joiners.keys()
        if len(leavers[name]) == len(joiners[name]) == 1
        and not decisions.keeps_apart(Person(*leavers[name][0][:2]), Person(*joiners[name][0][:2]))
    ]


def _by_name(known: Mapping[_Key, Judged]) -> dict[tuple[str, str], list[_Key]]:
    """By organisation and name."""
    found: dict[tuple[str, str], list[_Key]] = defaultdict(list)
    for key, one in known.items():
        found[one.objects[0].organisation, fold(one.name)].append(key)
    return found


def _by_rule(by_former: Iterable[Judged], by_new: Iterable[Judged], rule: Rule) -> Iterator[Change]:
    """Where two rules make different numbers of the same objects."""
    for lot in lots(by_former, by_new):
        if lot.delta:
            yield Change(name=lot.names, cause=Cause.RULE_CHANGED, delta=lot.delta, reason=_now_by(rule))
