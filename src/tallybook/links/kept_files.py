"""Built files, kept for an hour on this server's disk: to go on with a transfer that was cut, or to repeat the last answer.

A file belongs to a key and an address, so that nobody is handed the rest of somebody else's file. What is on disk and what the
database knows of it may part (a second server, a cleared disk): then there is no such file, which is a plain answer.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfileobj
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings
from isal import igzip

from tallybook.errors import NotNow, is_no_room
from tallybook.links.models import LinkFile
from tallybook.links.register import Gate
from tallybook.reports.building import measured
from tallybook.web.files import BLOCK_BYTES

KEPT = timedelta(hours=1)
IDENTITY, GZIP = "identity", "gzip"
_FASTEST = 1


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a kept file belongs to, and in which content coding it is. The address is empty where it is not known."""

    gate: Gate
    key_id: str
    address: str
    coding: str

    def files(self) -> dict[str, object]:
        """The holder's files in all codings, as conditions."""
        return {
            "subscription_id": self.gate.subscription_id,
            "link_id": self.gate.link_id,
            "key_id": self.key_id,
            "address": self.address,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A kept file with what its answer says of it; whoever gets it closes it."""

    file: IO[bytes]
    facts: LinkFile

    @property
    def age_seconds(self) -> int:
        return max(0, int((datetime.now(UTC) - self.facts.built_at).total_seconds()))

    @property
    def is_the_only_one(self) -> bool:
        """Whether it is an hour or more since the holder was last sent other content."""
        superseded_at = self.facts.superseded_at
        return superseded_at is None or datetime.now(UTC) - superseded_at >= KEPT


@contextmanager
def building() -> Iterator[tuple[UUID, IO[bytes]]]:
    """A new file with its token; it is gone again if the block fails."""
    token = uuid4()
    try:
        folder = _folder()
        _sweep(folder)
        path = folder / str(token)
        # Opened by name: whoever is sent it may come back for its rest.
        file = path.open("x+b")
    except OSError as error:
        if is_no_room(error):
            raise
        raise NotNow(f"The server cannot write its report files ({error.strerror}). Tell its operator.") from None
    try:
        yield token, file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def gzipped(plain: IO[bytes], facts: LinkFile) -> KeptFile:
    """The same content as one gzip member without a time, in the place of the plain file, which is closed."""
    path = _folder() / str(facts.token)
    draft = path.with_suffix(".gz")
    file = draft.open("x+b")
    try:
        with igzip.IGzipFile(fileobj=file, mode="wb", compresslevel=_FASTEST, mtime=0, filename="") as target:  # type: ignore[no-untyped-call]
            copyfileobj(plain, target, BLOCK_BYTES)
        facts.size_bytes, facts.sha256 = measured(file)
        draft.replace(path)
    except BaseException:
        file.close()
        draft.unlink(missing_ok=True)
        raise
    finally:
        plain.close()
    return KeptFile(file=file, facts=facts)


def keep(holder: Holder, facts: LinkFile) -> None:
    """Remember a file in the place of the holder's former ones. Call inside the subscription's scope.

    One that says the same in another content coding stays.
    """
    files = LinkFile.objects.filter(**holder.files())
    former = list(files)
    superseded = [facts.built_at if one.content != facts.content else one.superseded_at for one in former]
    facts.superseded_at = max(filter(None, superseded), default=None)
    gone = [one for one in former if one.content != facts.content or one.coding == facts.coding]
    files.filter(coding__in=[one.coding for one in gone]).delete()
    facts.save(force_insert=True)
    forget(one.token for one in gone)


def find(holder: Holder) -> KeptFile | None:
    """The holder's last file, if it is not an hour old. Call inside the subscription's scope."""
    files = LinkFile.objects.filter(**holder.files(), coding=holder.coding)
    facts = files.filter(built_at__gt=datetime.now(UTC) - KEPT).first()
    if facts is None:
        return None
    with suppress(OSError):
        return KeptFile(file=(_folder() / str(facts.token)).open("rb"), facts=facts)
    return None


def drop(subscription_id: UUID, link_id: UUID) -> None:
    """Forget all files of a link, as after an edit. Call inside the subscription's scope."""
    files = LinkFile.objects.filter(subscription_id=subscription_id, link_id=link_id)
    tokens = list(files.values_list("token", flat=True))
    files.delete()
    forget(tokens)


def _folder() -> Path:
    folder: Path = settings.INSTALLATION.home / "report-files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def forget(tokens: Iterable[UUID]) -> None:
    """Remove files; whoever is being sent one gets it to its end."""
    for token in tokens:
        (_folder() / str(token)).unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Clear away what is older than anybody may ask for, and what a worker that was killed has left."""
    longest = max(KEPT.total_seconds(), 2.0 * settings.INSTALLATION.report_timeout_seconds)
    for path in folder.iterdir():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > longest:
                path.unlink()
