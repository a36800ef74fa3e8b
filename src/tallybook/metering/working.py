"""Checking and importing an uploaded file, beside the request that asks for it: whoever asks may leave, and the result waits.

The work runs in a thread of the process that was asked. If the process ends, the file is not imported, since an import is one
transaction; the upload is silent from then on, and can be taken in hand again.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from logging import getLogger
from threading import Thread
from typing import Any

from django.db import connections
from django.db.models.functions import Now

from tallybook.audit.acting import Actor
from tallybook.database.scope import subscription_scope
from tallybook.errors import TallybookError, UnusableFile
from tallybook.metering.importing import ImportOptions, Watcher, import_file
from tallybook.metering.models import Options, State, Upload
from tallybook.metering.reading import AUTOMATIC, HeaderRefused, ReadingOptions, UsageFile
from tallybook.metering.refused_rows import refused_cells, write_refused_rows
from tallybook.metering.summary import Summary
from tallybook.metering.uploads import begin, forget_file, path_of, refused_path_of
from tallybook.subscriptions.models import Subscription
from tallybook.usage.months import month_text, parse_month

SHOWN = 50
"""So many findings of a kind are kept for the page."""
_BEAT_SECONDS = 2
# A small file is done by then, and whoever sent it need not see that it was being worked on.
_PATIENCE_SECONDS = 1.5
_BROKEN = (
    "Something went wrong on this server, and its log says what. Nothing of the file was imported. Try again, or tell its "
    "operator."
)
_log = getLogger(__name__)


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

    rows: int = 0
    position_bytes: int = 0
    is_waiting: bool = False

    def moved(self, file: UsageFile, rows: int) -> None:
        self.rows, self.position_bytes, self.is_waiting = rows, file.position_bytes, False

    def waits(self) -> None:
        self.is_waiting = True


def _run(subscription: Subscription, upload: Upload, actor: Actor) -> None:
    """Let one thread work, and say every few seconds that and how it gets on."""
    progress = _Progress()
    try:
        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(_work, subscription, upload, actor, progress)
            while not _is_done(future):
                _write(upload, rows_done=progress.rows, bytes_done=progress.position_bytes, waits=progress.is_waiting)
            _write(upload, **future.result())
            if upload.state == State.IMPORTING and future.result()["state"] == State.IMPORTED:
                forget_file(upload)
    except Exception:  # noqa: BLE001 - see there
        # The database is away, or something that nobody foresaw. The upload falls silent, which its page tells.
        _log.exception("The work on an uploaded file came to nothing.")
    finally:
        connections.close_all()


def _is_done(future: Future[dict[str, object]]) -> bool:
    try:
        future.result(timeout=_BEAT_SECONDS)
    except TimeoutError:
        return future.done()
    return True


def _write(upload: Upload, **changes: object) -> None:
    """Unless somebody else has taken the upload in hand meanwhile."""
    with subscription_scope(upload.subscription_id):
        own = Upload.objects.filter(subscription_id=upload.subscription_id, id=upload.id, attempt=upload.attempt)
        own.update(beat_at=Now(), **changes)


def _work(subscription: Subscription, upload: Upload, actor: Actor, progress: _Progress) -> dict[str, object]:
    """What the upload is from then on."""
    is_check = upload.state == State.CHECKING
    path = path_of(upload)
    try:
        options = import_options(upload.options, subscription, dry_run=is_check)
        summary = import_file(subscription, path, options, actor=actor, watcher=progress, called=upload.file_name)
    except HeaderRefused as unusable:
        found = {"header": list(unusable.columns.header), "columns": unusable.columns.names}
        return {"state": State.UNUSABLE, "message": str(unusable), "found": found}
    except UnusableFile as unusable:
        return {"state": State.UNUSABLE, "message": str(unusable), "found": None}
    except TallybookError as error:
        return {"state": State.FAILED, "message": str(error)}
    except Exception:  # noqa: BLE001 - it is told on the page, and in the log
        _log.exception("An uploaded file could not be worked on.")
        return {"state": State.FAILED, "message": _BROKEN}
    finally:
        connections.close_all()
    state = State.IMPORTED if summary.imported else State.CHECKED
    refused = _keep_refused(upload, summary)
    return {"state": state, "found": _found(summary, refused), "import_number": summary.import_number}


def _keep_refused(upload: Upload, summary: Summary) -> list[list[Any]]:
    """Keep the refused rows as a file. Returns the first of them with their cells, or without, if there is no room for a file.

    By now the usage is in the ledger, and nothing that fails here may sound as if it were not.
    """
    target, source = refused_path_of(upload), path_of(upload)
    try:
        target.unlink(missing_ok=True)
        if not summary.refused:
            return []
        write_refused_rows(source, summary, target)
        return [[*row.refusal, row.cells] for row in islice(refused_cells(source, summary), SHOWN)]
    except (OSError, UnusableFile):
        _log.exception("The refused rows of an uploaded file could not be kept.")
        target.unlink(missing_ok=True)
        return [[*refusal, []] for refusal in islice(summary.refused, SHOWN)]


def _found(summary: Summary, refused: list[list[Any]]) -> dict[str, object]:
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
        "imported": summary.imported,
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
