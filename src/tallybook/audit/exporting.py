"""The audit log for others: JSON Lines that can be verified without us, and CSV to look into. Call inside the scope."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import IO
from uuid import UUID

from tallybook.audit.reading import Logged, Wanted, all_events
from tallybook.audit.sealing import NO_EVENTS, Facts, Head, canonical

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltLog:
    """A whole file that nobody else can open and that goes when it is closed."""

    file: IO[bytes]
    file_name: str
    row_count: int
    sha256: bytes
    content_type: str = "text/csv; charset=utf-8"


def json_lines(subscription_id: UUID) -> Iterator[str]:
    """Each event as a line, then the head. `event` is exactly what is hashed, `detail` exactly what is committed to."""
    head = NO_EVENTS
    for event, seal, detail in all_events(subscription_id):
        line: dict[str, object] = {"event": event.facts(head.hash), "hash": seal.hex()}
        line |= {"detail": detail.facts(), "salt": detail.salt.hex()} if detail else {"detail": None, "salt": None}
        head = Head(event.number, seal)
        yield json.dumps(line, ensure_ascii=False)
    yield json.dumps({"head": str(head)})


def build_csv(subscription_id: UUID, wanted: Wanted) -> BuiltLog:
    """The wanted events, the newest first, as CSV after RFC 4180. The caller closes the file."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - given to the caller
    try:
        return _built(all_events(subscription_id, wanted, newest_first=True), file)
    except BaseException:
        file.close()
        raise


def _built(events: Iterable[Logged], file: IO[bytes]) -> BuiltLog:
    row_count = 0
    file.write(header := _csv_line(CSV_COLUMNS))
    digest = sha256(header)
    for one in events:
        file.write(line := _csv_line(_cells(one)))
        digest.update(line)
        row_count += 1
    file.seek(0)
    return BuiltLog(file=file, file_name="audit-log.csv", row_count=row_count, sha256=digest.digest())


def _csv_line(cells: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


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
