"""Whether the audit log is what was written: every link, every number, every detail that was not erased."""

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from tallybook.audit.reading import Logged, all_events
from tallybook.audit.sealing import NO_EVENTS, Head

# Beyond these, faults are only counted: whoever rewrote a log of millions should not fill the memory.
MOST_FAULTS_KEPT = 100


class Fault(NamedTuple):
    """Something that is not as it was written, at or before the event of this number."""

    kind: str
    number: int
    sentence: str


@dataclass(kw_only=True)
class Verdict:
    """What came of the check: faults in the order of the log, the first one first."""

    head: Head = NO_EVENTS
    event_count: int = 0
    erased_count: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.fault_count == 0

    def add(self, kind: str, number: int, sentence: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS_KEPT:
            self.faults.append(Fault(kind, number, sentence))


def verify(subscription_id: UUID, head: Head | None = None) -> Verdict:
    """Check the whole log, in the subscription's scope, without holding it in memory.

    The chain alone shows changes inside the log. That the end was cut off, or that all of it was written anew, shows only
    beside a head that was exported before and kept elsewhere.

    Args:
        subscription_id: whose log it is.
        head: one that was exported formerly.
    """
    verdict = Verdict()
    for logged in all_events(subscription_id):
        _check_place(verdict, logged)
        _check_detail(verdict, logged)
        verdict.event_count += 1
        verdict.head = Head(logged.event.number, logged.hash)
        if head and head.number == logged.event.number and head != verdict.head:
            verdict.add("rewritten", head.number, f"Event {head.number} is not the one of the head that was exported.")
    if head:
        _check_end(verdict, head)
    return verdict


def _check_place(verdict: Verdict, logged: Logged) -> None:
    """That the event follows the one before it."""
    number, expected = logged.event.number, verdict.head.number + 1
    if number != expected:
        missing = (
            f"Event {expected} is missing." if number == expected + 1 else f"Events {expected} to {number - 1} are missing."
        )
        # Without the event before it, its link cannot be checked.
        verdict.add("gap", expected, missing)
    elif logged.event.hash(verdict.head.hash) != logged.hash:
        verdict.add("link", number, f"Event {number} is not what was written, or does not follow the event before it.")


def _check_detail(verdict: Verdict, logged: Logged) -> None:
    number = logged.event.number
    if logged.detail is None:
        verdict.erased_count += 1
    elif logged.detail.commitment() != logged.event.detail_commitment:
        verdict.add("detail", number, f"The names or values of event {number} are not what was written.")


def _check_end(verdict: Verdict, head: Head) -> None:
    if head.number > verdict.head.number:
        last = verdict.head.number
        verdict.add("truncated", last + 1, f"The log ends at {last}, but went on to {head.number} when the head was exported.")
    if head.number == 0 and head != NO_EVENTS:
        verdict.add("rewritten", 0, "A log without events has another head than the one given.")
