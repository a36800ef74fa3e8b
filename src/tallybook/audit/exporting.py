"""The audit log for others: JSON Lines that can be verified without us, and CSV to look into. Call inside the scope."""

import json
from collections.abc import Iterator
from datetime import UTC
from uuid import UUID

from tallybook.audit.reading import Logged, Wanted, all_events
from tallybook.audit.sealing import NO_EVENTS, Facts, Head, canonical
from tallybook.web.csv_files import BuiltCsv, build_csv

CSV_COLUMNS = (
    "Number",
    "Time",
    "Actor Kind",
    "Actor",
    "Actor ID",
    "Address",
    "Action",
    "Subject Kind",
    "Subject",
    "Subject ID",
    "Before",
    "After",
    "Details Erased",
    "Hash",
)


def json_lines(subscription_id: UUID) -> Iterator[str]:
    """Each event as a line, then the head. `event` is exactly what is hashed, `detail` exactly what is committed to."""
    head = NO_EVENTS
    for event, seal, detail in all_events(subscription_id):
        line: dict[str, object] = {"event": event.facts(head.hash), "hash": seal.hex()}
        line |= {"detail": detail.facts(), "salt": detail.salt.hex()} if detail else {"detail": None, "salt": None}
        head = Head(event.number, seal)
        yield json.dumps(line, ensure_ascii=False)
    yield json.dumps({"head": str(head)})


def log_csv(subscription_id: UUID, wanted: Wanted) -> BuiltCsv:
    """The wanted events, the newest first, as CSV after RFC 4180. The caller closes the file."""
    events = all_events(subscription_id, wanted, newest_first=True)
    return build_csv("audit-log.csv", CSV_COLUMNS, map(_cells, events))


def _cells(logged: Logged) -> tuple[object, ...]:
    event, seal, detail = logged
    return (
        event.number,
        f"{event.occurred_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        event.actor_kind,
        detail.actor_name if detail else "",
        event.actor_id or "",
        (detail.address or "") if detail else "",
        event.action,
        event.subject_kind,
        detail.subject_name if detail else "",
        event.subject_id,
        _quoted(detail.before) if detail else "",
        _quoted(detail.after) if detail else "",
        "" if detail else "Yes",
        seal.hex(),
    )


def _quoted(facts: Facts | None) -> str:
    return "" if facts is None else canonical(facts).decode()
