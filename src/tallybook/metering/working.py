"""Checking and importing an uploaded file, beside the request that asks for it: whoever asks may leave, and the result waits.

The work runs in a thread of the process that was asked. If the process ends, the file is not imported, since an import is one
transaction; the upload is silent from then on, and can be taken in hand again.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from logging import getLogger
from threading import BoundedSemaphore, Thread
from typing import Any

from django.db import DatabaseError, connections
from django.db.models import QuerySet
from django.db.models.functions import Now

from tallybook.audit.acting import Actor
from tallybook.database.scope import subscription_scope
from tallybook.errors import Refused, TallybookError, UnusableFile
from tallybook.metering.importing import ImportOptions, Watcher, import_file
from tallybook.metering.models import Options, State, Upload
from tallybook.metering.reading import AUTOMATIC, HeaderRefused, ReadingOptions, UsageFile
from tallybook.metering.refused_rows import write_refused_rows
from tallybook.metering.summary import Summary
from tallybook.metering.uploads import begin, forget_file, path_of, refused_path_of
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.revisions import ledger_state
from tallybook.usage.months import month_text, parse_month

SHOWN = 50
"""So many findings of a kind are kept for the page."""
_SHOWN_CHARACTERS = 200
_BEAT_SECONDS = 2
# A small file is done by then, and whoever sent it need not see that it was being worked on.
_PATIENCE_SECONDS = 1.5
_BROKEN = (
    "Something went wrong on this server, and its log says what. Nothing of the file was imported. Try again, or tell its "
    "operator."
)
# Each holds two connections of the few that the database has; whoever has to wait for a place is told that it waits.
_AT_ONCE = BoundedSemaphore(4)
_LEDGER_CHANGED = (
    "The ledger was changed after this file was checked, so that it might take away something else than what was shown. "
    "Check it again."
)
_log = getLogger(__name__)


class TakenOver(Exception):
    """Somebody else has taken the upload in hand: this work came to a stop for too long."""


def start(  # noqa: PLR0913 - what an attempt is made of
    subscription: Subscription, upload: Upload, doing: State, *, attempt: int, actor: Actor, options: Options | None = None
) -> bool:
    """Check or import an upload. Returns when it is done, or after a moment; call it outside of any transaction.

    Args:
        subscription: whose it is.
        upload: which.
        doing: `CHECKING` or `IMPORTING`.
        attempt: the one that was seen by whoever wants this.
        actor: who wants it.
        options: how to read the file, if that is said anew.

    Returns:
        Whether it was begun; not, if somebody else has taken it in hand meanwhile.
    """
    with subscription_scope(subscription.id):
        taken = begin(upload, doing, attempt, options)
    if taken is None:
        return False
    thread = Thread(target=_run, args=(subscription, taken, actor), name=f"upload {taken.id}")
    thread.start()
    thread.join(_PATIENCE_SECONDS)
    return True


def import_options(options: Options, subscription: Subscription, *, dry_run: bool) -> ImportOptions:
    """What the stored options of an upload mean."""
    month = options.get("month")
    reading = ReadingOptions(
        profile=options.get("profile") or AUTOMATIC,
        encoding=options.get("encoding") or None,
        delimiter=options.get("delimiter") or None,
        month=parse_month(month, "The month") if month else None,
        columns=options.get("columns") or {},
        time_zone=subscription.zone,
    )
    return ImportOptions(
        reading=reading,
        new_customers=options.get("new_customers", True),
        replace=options.get("replace", False),
        dry_run=dry_run,
    )


@dataclass
class _Progress(Watcher):
    """How far the work has come, told by one thread and read by another."""

    upload: Upload
    rows: int = 0
    position_bytes: int = 0
    is_waiting: bool = False

    def moved(self, file: UsageFile, rows: int) -> None:
        self.rows, self.position_bytes, self.is_waiting = rows, file.position_bytes, False

    def waits(self) -> None:
        self.is_waiting = True

    def imported(self, number: int) -> None:
        """The upload is what the ledger is, whatever comes after."""
        if not _own(self.upload).update(state=State.IMPORTED, import_number=number, beat_at=Now()):
            raise TakenOver


def _run(subscription: Subscription, upload: Upload, actor: Actor) -> None:
    """Let one thread work, and say every few seconds that and how it gets on."""
    progress = _Progress(upload)
    while not _AT_ONCE.acquire(timeout=_BEAT_SECONDS):
        _try_to_write(upload, waits=True)
    try:
        _run_now(subscription, upload, actor, progress)
    finally:
        _AT_ONCE.release()


def _run_now(subscription: Subscription, upload: Upload, actor: Actor, progress: _Progress) -> None:
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(_work_and_close, subscription, upload, actor, progress)
        while not _is_done(future):
            _try_to_write(upload, rows_done=progress.rows, bytes_done=progress.position_bytes, waits=progress.is_waiting)
        result = future.result()
        if result is not None and _try_to_write(upload, **result) and result.get("state") == State.IMPORTED:
            forget_file(upload)


def _try_to_write(upload: Upload, **changes: object) -> bool:
    """Whether it was written. One beat that fails is not the end of the work; without any, the upload falls silent."""
    try:
        return _write(upload, **changes)
    except DatabaseError:
        _log.exception("How far the work on an uploaded file has come could not be written down.")
        return False
    finally:
        connections.close_all()


def _is_done(future: Future[dict[str, object] | None]) -> bool:
    try:
        future.result(timeout=_BEAT_SECONDS)
    except TimeoutError:
        return future.done()
    return True


def _write(upload: Upload, **changes: object) -> bool:
    """Unless somebody else has taken the upload in hand meanwhile."""
    with subscription_scope(upload.subscription_id):
        return _own(upload).update(beat_at=Now(), **changes) > 0


def _own(upload: Upload) -> QuerySet[Upload]:
    return Upload.objects.filter(subscription_id=upload.subscription_id, id=upload.id, attempt=upload.attempt)


def _work_and_close(*whose: Any) -> dict[str, object] | None:  # noqa: ANN401 - as below
    try:
        return _work(*whose)
    finally:
        connections.close_all()


def _work(subscription: Subscription, upload: Upload, actor: Actor, progress: _Progress) -> dict[str, object] | None:
    """What the upload is from then on; None if it is somebody else's."""
    try:
        summary = _import(subscription, upload, actor, progress)
    except TakenOver:
        return None
    except HeaderRefused as unusable:
        seen = {"header": list(unusable.columns.header), "columns": unusable.columns.names}
        return {"state": State.UNUSABLE, "message": str(unusable), "found": seen}
    except UnusableFile as unusable:
        return {"state": State.UNUSABLE, "message": str(unusable), "found": None}
    except TallybookError as error:
        return {"state": State.FAILED, "message": str(error)}
    except Exception:  # noqa: BLE001 - it is told on the page, and in the log
        _log.exception("An uploaded file could not be worked on.")
        return {"state": State.FAILED, "message": _BROKEN}
    found = _found(summary, _keep_refused(upload, summary))
    found["ledger"] = _ledger(subscription, [month for month, _ in found["months"]])
    state = State.IMPORTED if summary.imported else State.CHECKED
    return {"state": state, "found": found, "import_number": summary.import_number}


def _import(subscription: Subscription, upload: Upload, actor: Actor, progress: _Progress) -> Summary:
    is_check = upload.state == State.CHECKING
    if not is_check and _may_take_away_else(subscription, upload):
        raise Refused(_LEDGER_CHANGED)
    options = import_options(upload.options, subscription, dry_run=is_check)
    return import_file(subscription, path_of(upload), options, actor=actor, watcher=progress, called=upload.file_name)


def _may_take_away_else(subscription: Subscription, upload: Upload) -> bool:
    """Whether the ledger has changed since somebody saw what a file that replaces would take away."""
    if not upload.options.get("replace"):
        return False
    seen = upload.found or {}
    return bool(seen.get("ledger") != _ledger(subscription, [month for month, _ in seen.get("months", ())]))


def _ledger(subscription: Subscription, months: Sequence[str]) -> str:
    """The state from the first of these months to the last."""
    if not months:
        return ""
    first, last = (parse_month(month, "The month") for month in (months[0], months[-1]))
    with subscription_scope(subscription.id):
        return ledger_state(subscription.id, first, last).revisions


def _keep_refused(upload: Upload, summary: Summary) -> list[list[Any]]:
    """Keep the refused rows as a file. Returns the first of them with their cells, or without, if there is no room for a file.

    By now the usage is in the ledger, and nothing that fails here may sound as if it were not.
    """
    target = refused_path_of(upload)
    try:
        target.unlink(missing_ok=True)
        if not summary.refused:
            return []
        first = write_refused_rows(path_of(upload), summary, target, shown=SHOWN)
        most = len(summary.header) + 1
        return [[*row.refusal, [cell[:_SHOWN_CHARACTERS] for cell in row.cells[:most]]] for row in first]
    except Exception:  # noqa: BLE001 - it is told by its absence
        _log.exception("The refused rows of an uploaded file could not be kept.")
        target.unlink(missing_ok=True)
        return [[*refusal, []] for refusal in islice(summary.refused, SHOWN)]


def _found(summary: Summary, refused: list[list[Any]]) -> dict[str, Any]:
    """What the page tells of it."""
    return {
        "sha256": summary.sha256,
        "profile": summary.profile,
        "encoding": summary.encoding,
        "delimiter": summary.delimiter,
        "header": list(summary.header),
        "columns": summary.columns,
        "unknown_columns": list(summary.unknown_columns),
        "months": [[month_text(one.month), one.customers] for one in summary.months],
        "rows": summary.rows,
        "new": summary.new,
        "existing": summary.existing,
        "changed": summary.changed,
        "removed": summary.removed,
        "new_customers": summary.new_customers[:SHOWN],
        "new_customer_count": summary.customers_created,
        "notes": summary.notes[:SHOWN],
        "refused_count": len(summary.refused),
        "refused": refused,
        "change_count": len(summary.changes),
        "changes": [list(one) for one in islice(summary.changes, SHOWN)],
        "missing_count": len(summary.missing),
        "missing": [list(one) for one in islice(summary.missing, SHOWN)],
    }
