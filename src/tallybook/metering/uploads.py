"""Files that were sent through the console: their bytes in the installation's folder, and what is known of each.

A file is kept until it is in the ledger, or for a day, and its refused rows for 90 days. Call these inside the scope.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from tallybook.audit.acting import Actor
from tallybook.errors import NotFound, NotNow, Refused, is_no_room
from tallybook.metering.models import FILE_NAME_CHARACTERS, WORKING, Options, State, Upload
from tallybook.subscriptions.models import Subscription

KEPT = timedelta(days=1)
REFUSED_KEPT = timedelta(days=90)
# Work that has not been heard of for so long has ended with its process.
SILENCE = timedelta(seconds=30)
AT_FIRST: Options = {"new_customers": True}
_REFUSED = ".refused.csv"


def receive(subscription: Subscription, file_name: str, chunks: Iterable[bytes], *, actor: Actor) -> Upload:
    """Keep a file that is being sent.

    Raises:
        NotNow: there is no room for it, or the server may not write its folder.
    """
    _forget_old(subscription)
    upload_id = uuid4()
    try:
        folder = _folder()
        _sweep(folder)
        size_bytes = _write(folder / str(upload_id), chunks)
    except OSError as error:
        if is_no_room(error):
            raise NotNow("The server has no room for this file. Nothing of it was kept; tell its operator.") from None
        raise NotNow(f"The server cannot keep files that are sent to it ({error.strerror}). Tell its operator.") from None
    return Upload.objects.create(
        subscription=subscription,
        id=upload_id,
        file_name=file_name[:FILE_NAME_CHARACTERS],
        size_bytes=size_bytes,
        sent_by=actor.name,
        options=AT_FIRST,
        state=State.RECEIVED,
    )


def find_upload(subscription: Subscription, upload_id: UUID) -> Upload:
    """The upload of this id.

    Raises:
        NotFound: the subscription has none, or has it no more.
    """
    # By the database's clock, as it is written.
    silence = ExpressionWrapper(Now() - F("beat_at"), DurationField())
    found = Upload.objects.filter(subscription_id=subscription.id, id=upload_id).annotate(silence=silence).first()
    if found is None:
        raise NotFound("There is no such file. One that is not imported within a day is removed; send it again.")
    return found


def open_uploads(subscription: Subscription) -> list[Upload]:
    """Those that are not in the ledger yet, the newest first."""
    found = Upload.objects.filter(subscription_id=subscription.id).exclude(state=State.IMPORTED)
    return list(found.defer("found", "message").order_by("-sent_at"))


def upload_of(subscription: Subscription, import_number: int) -> Upload | None:
    """The upload that became this import, as long as it is remembered."""
    return Upload.objects.filter(subscription_id=subscription.id, import_number=import_number).first()


def begin(upload: Upload, doing: State, attempt: int, options: Options | None = None) -> Upload | None:
    """Take an upload in hand, for one worker alone. None if somebody else has it, or it was taken in hand meanwhile.

    Args:
        upload: which.
        doing: what is going to be done.
        attempt: the attempt that was seen by whoever wants this.
        options: how to read it, if that was said anew.
    """
    own = Upload.objects.filter(subscription_id=upload.subscription_id, id=upload.id, attempt=attempt)
    # What is imported is what somebody has seen the check of.
    fit = own.filter(state=State.CHECKED) if doing == State.IMPORTING else own.exclude(state=State.IMPORTED)
    free = fit.exclude(state__in=WORKING, beat_at__gt=Now() - SILENCE)
    changes = {} if options is None else {"options": options}
    taken = free.update(
        state=doing, attempt=F("attempt") + 1, beat_at=Now(), rows_done=0, bytes_done=0, waits=False, message="", **changes
    )
    return Upload.objects.get(subscription_id=upload.subscription_id, id=upload.id) if taken else None


def remove(upload: Upload) -> None:
    """Forget a file that is not to be imported.

    Raises:
        Refused: it is being worked on, or imported.
    """
    own = Upload.objects.filter(subscription_id=upload.subscription_id, id=upload.id).exclude(state=State.IMPORTED)
    removed, _ = own.exclude(state__in=WORKING, beat_at__gt=Now() - SILENCE).delete()
    if not removed:
        raise Refused("This file is being worked on, or is imported by now. Look at its page, and wait for the end of that.")
    forget_file(upload)
    refused_path_of(upload).unlink(missing_ok=True)


def path_of(upload: Upload) -> Path:
    """Where the bytes of the file are, or were."""
    return _folder() / str(upload.id)


def refused_path_of(upload: Upload) -> Path:
    """Where its refused rows are, as a file that can be mended and sent again."""
    return _folder() / f"{upload.id}{_REFUSED}"


def forget_file(upload: Upload) -> None:
    """Remove the bytes; the refused rows stay."""
    with suppress(OSError):
        path_of(upload).unlink(missing_ok=True)


def _forget_old(subscription: Subscription) -> None:
    """Uploads that nobody imported within a day."""
    old = Upload.objects.filter(subscription_id=subscription.id, sent_at__lt=Now() - KEPT).exclude(state=State.IMPORTED)
    old.exclude(state__in=WORKING, beat_at__gt=Now() - SILENCE).delete()


def _folder() -> Path:
    folder: Path = settings.INSTALLATION.home / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _write(path: Path, chunks: Iterable[bytes]) -> int:
    size_bytes = 0
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size_bytes += file.write(chunk)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return size_bytes


def _sweep(folder: Path) -> None:
    """Clear away what nobody may ask for any more, of whatever subscription, and what a process that was killed has left."""
    for path in folder.iterdir():
        longest = REFUSED_KEPT if path.name.endswith(_REFUSED) else 2 * KEPT
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > longest.total_seconds():
                path.unlink()
