"""`tallybook audit`: the log of who did what in a subscription."""

import json
import sys
from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from tallybook.audit.acting import Subject
from tallybook.audit.chain import Verdict, verify
from tallybook.audit.erasing import erase_person
from tallybook.audit.exporting import json_lines
from tallybook.audit.reading import EVERYTHING, Logged, last_head, newest_events
from tallybook.audit.recording import record
from tallybook.audit.sealing import Head
from tallybook.commands.acting import acting_operator, entered
from tallybook.commands.environment import can_migrate
from tallybook.commands.options import AsJson, SubscriptionName
from tallybook.errors import Refused, SettingRefused

BROKEN = 1

program = typer.Typer(help="The log of who did what in a subscription.", no_args_is_help=True)


@program.command("list")
def list_(
    subscription: SubscriptionName,
    *,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many events, the newest ones.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what was done last, in the order in which it was: number, time, who, what, to what."""
    with entered(subscription) as chosen:
        events = newest_events(chosen.id, EVERYTHING, most=last)[::-1]
    if as_json:
        print(json.dumps({"events": [_told(one) for one in events]}, ensure_ascii=False))
        return
    for event, _, detail in events:
        names = (detail.actor_name, detail.subject_name) if detail else (f"({event.actor_kind}, erased)", "(erased)")
        time = f"{event.occurred_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        print("\t".join((str(event.number), time, names[0], event.action, names[1])))


@program.command("verify")
def verify_(
    subscription: SubscriptionName,
    *,
    head: Annotated[str | None, typer.Option(metavar="NUMBER:HASH", help="A head that was exported formerly.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check that nothing in the log was changed or taken out. Status 0: it is whole; 1: it is not."""
    former = Head.parse(head) if head is not None else None
    with entered(subscription) as chosen:
        verdict = verify(chosen.id, former)
    if as_json:
        _print_json(verdict)
    else:
        _print_text(verdict)
    if not verdict.is_whole:
        raise typer.Exit(BROKEN)


@program.command()
def head(subscription: SubscriptionName) -> None:
    """Show the head of the log, NUMBER:HASH: keep it elsewhere, and `verify --head` can compare."""
    with entered(subscription) as chosen:
        print(last_head(chosen.id))


@program.command()
def export(
    subscription: SubscriptionName,
    output: Annotated[Path | None, typer.Option(help="The file to write; standard output if left out.")] = None,
) -> None:
    """Write the whole log as JSON Lines, one event a line, and the head as the last one."""
    with entered(subscription) as chosen:
        lines = (f"{line}\n" for line in json_lines(chosen.id))
        if output is None:
            sys.stdout.writelines(lines)
        else:
            _write(output, lines)


@program.command()
def erase(
    subscription: SubscriptionName,
    person: Annotated[str, typer.Option(metavar="EMAIL", help="Whose names and values are erased.")],
) -> None:
    """Erase what names a person. The events stay and the chain stays whole; needs the role that owns the schema."""
    if not can_migrate():
        raise SettingRefused("Set TALLYBOOK_OWNER_DATABASE_URL to the address of the role that owns the schema.")
    with entered(subscription) as chosen:
        # Two connections: were this one to fail now, the details would be gone without a word on who erased them.
        count = erase_person(chosen.id, person)
        if count:
            log = Subject("log", str(chosen.id), chosen.name)
            record(chosen.id, acting_operator(), "details.erased", log, before=None, after={"events": count})
    print(f"Erased the details of {count:,} event{'' if count == 1 else 's'}.")


def _write(output: Path, lines: Iterable[str]) -> None:
    try:
        with output.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
    except OSError as error:
        raise Refused(f"{output} cannot be written: {error.strerror}. Name another file.") from None


def _told(logged: Logged) -> dict[str, object]:
    event, seal, detail = logged
    return {
        "number": event.number,
        "occurredAt": f"{event.occurred_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        "actorKind": event.actor_kind,
        "actorId": str(event.actor_id) if event.actor_id else None,
        "action": event.action,
        "subjectKind": event.subject_kind,
        "subjectId": event.subject_id,
        "detail": detail.facts() if detail else None,
        "hash": seal.hex(),
    }


def _print_text(verdict: Verdict) -> None:
    word = "whole" if verdict.is_whole else "broken"
    print(f"The log is {word}: {verdict.event_count:,} events, the details of {verdict.erased_count:,} erased.")
    for fault in verdict.faults:
        print(f"  {fault.sentence}")
    if verdict.fault_count > len(verdict.faults):
        print(f"  And {verdict.fault_count - len(verdict.faults):,} more.")
    print(f"Head: {verdict.head}")


def _print_json(verdict: Verdict) -> None:
    told = {
        "whole": verdict.is_whole,
        "events": verdict.event_count,
        "erased": verdict.erased_count,
        "faultCount": verdict.fault_count,
        "faults": [fault._asdict() for fault in verdict.faults],
        "head": str(verdict.head),
    }
    print(json.dumps(told, ensure_ascii=False))
