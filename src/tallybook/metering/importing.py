"""From a usage file to the ledger: read, name, stage, judge, post; and the summary of it.

One transaction: a file is taken in as a whole, its bad rows aside, or not at all.
"""

from contextlib import suppress
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from pathlib import Path
from tempfile import gettempdir

from tallybook.audit.acting import Actor, Subject
from tallybook.audit.recording import record
from tallybook.database.scope import subscription_scope
from tallybook.errors import NotNow, is_no_room
from tallybook.metering.naming import Names
from tallybook.metering.reading import ReadingOptions, RefusedRow, UsageFile, open_usage_file
from tallybook.metering.refusal import Refusal
from tallybook.metering.spool import Spool
from tallybook.metering.staging_rows import RowStager
from tallybook.metering.summary import Summary
from tallybook.subscriptions.locking import lock_subscription
from tallybook.subscriptions.models import Subscription
from tallybook.usage import judging
from tallybook.usage.imports import FILE_SOURCE, begin_import, finish_import
from tallybook.usage.judging import Post
from tallybook.usage.ledger import Posted, post_staged
from tallybook.usage.staging import months_told, staging
from tallybook.usage.statistics import refresh_statistics

_ROWS_A_PROGRESS = 5000
_INTERRUPTED = "Interrupted; nothing of the file was kept."
# The commit is under way, and whether it came to its end nobody knows here.
_INTERRUPTED_LATE = "Interrupted at the last step; the file may have been taken in. Importing it again changes nothing then."


class Watcher:
    """Is told how an import gets on. This one does nothing with it."""

    def moved(self, file: UsageFile, rows: int) -> None:
        """Called now and then with the file and the number of rows read so far."""

    def waits(self) -> None:
        """Called when somebody else who writes the ledger or names customers has to come to an end first."""

    def imported(self, number: int) -> None:
        """Called in the import's transaction, as its last step; what it raises takes the import back."""


_NOBODY = Watcher()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the person who imports decides."""

    reading: ReadingOptions
    new_customers: bool = True
    replace: bool = False
    atomic: bool = False
    dry_run: bool = False

    @property
    def all_or_nothing(self) -> bool:
        """Replacing takes away what the file does not have; with a row refused, that could be the row's own object."""
        return self.atomic or self.replace


class _NotKept(Exception):
    """Nothing of this import is kept."""


def import_file(  # noqa: PLR0913 - what an import is made of
    subscription: Subscription,
    path: Path,
    options: ImportOptions,
    *,
    actor: Actor,
    watcher: Watcher = _NOBODY,
    called: str | None = None,
) -> Summary:
    """Take a usage file into the subscription's ledger.

    Args:
        subscription: whose usage it is.
        path: a file that `tallybook.metering.reading` can read.
        options: see ImportOptions.
        actor: who imports.
        watcher: is told how it gets on.
        called: the file's name, where its path does not tell it.

    Raises:
        UnusableFile: nothing was imported, and the message says why.
        NotNow: the disk has no room for what is to be said about the file; nothing was imported.
        KeyboardInterrupt: with a sentence that says what was kept.
    """
    with open_usage_file(path, options.reading, called) as file:
        work = _Import(subscription, file, options, watcher)
        try:
            with subscription_scope(subscription.id):
                work.run(actor)
        except _NotKept:
            pass
        except OSError as error:
            if not is_no_room(error):
                raise
            raise NotNow(
                f"There is no room for the findings about the file in {gettempdir()}. Nothing was imported; free some room."
            ) from None
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_INTERRUPTED_LATE if work.summary.imported else _INTERRUPTED) from None
    summary = work.summary
    if summary.imported:
        # By now the file is taken in: whoever interrupts is still told so.
        with suppress(KeyboardInterrupt):
            refresh_statistics()
    return summary


class _Import:
    """One file on its way, inside the subscription's scope."""

    def __init__(self, subscription: Subscription, file: UsageFile, options: ImportOptions, watcher: Watcher) -> None:
        self.summary = Summary(
            file_name=file.name,
            profile=file.profile,
            encoding=file.encoding,
            delimiter=file.delimiter,
            header=file.header,
            columns=file.columns,
            unknown_columns=file.unknown_columns,
        )
        self._subscription = subscription
        self._file = file
        self._options = options
        self._watcher = watcher
        self._unread: Spool[Refusal] = Spool(Refusal)

    def run(self, actor: Actor) -> None:
        lock_subscription(self._subscription.id, self._watcher.waits)
        names = Names.load(self._subscription, allow_new=self._options.new_customers)
        self._stage(names)
        names.save()
        post = begin_import(self._subscription, FILE_SOURCE, replace=self._options.replace)
        repeats = judging.judge(post)
        posted = post_staged(post, only_foresee=self._options.dry_run)
        self._note_findings(post)
        if self._options.all_or_nothing and self.summary.refused:
            raise _NotKept
        self._count(posted, repeats, names)
        self.summary.months = months_told()
        if self._options.dry_run:
            raise _NotKept
        finish_import(post, self._facts() | {"made_by": actor.name})
        self._record(post, actor)
        self._watcher.imported(post.import_number)
        self.summary.import_number = post.import_number
        self.summary.imported = True

    def _stage(self, names: Names) -> None:
        """Stage the rows that can be used and note the others."""
        stager = RowStager(self._file, names, self._refuse)
        count = told = 0
        with staging(stager.columns) as stage:
            for some in self._file.batches():
                if isinstance(some, RefusedRow):
                    count += 1
                    self._refuse(some)
                else:
                    count += len(some)
                    stage.add(stager.staged(some))
                if count - told >= _ROWS_A_PROGRESS:
                    told = count
                    self._watcher.moved(self._file, count)
        self._watcher.moved(self._file, count)
        self.summary.rows = count
        self.summary.sha256 = self._file.digest

    def _refuse(self, row: RefusedRow) -> None:
        self._unread.append(Refusal(row.line, row.column, row.value, row.reason))

    def _note_findings(self, post: Post) -> None:
        """Write down each finding by name, while the tables that hold them stand."""
        columns = self._file.columns
        judged = (Refusal(one.line, columns.get(one.field, ""), one.value, one.reason) for one in judging.judgements())
        for refusal in merge(self._unread, judged, key=attrgetter("line")):
            self.summary.refused.append(refusal)
        for change in judging.changes():
            self.summary.changes.append(change._replace(field=self._title(change.field)))
        for missing in judging.missing(post):
            self.summary.missing.append(missing)

    def _title(self, field: str) -> str:
        """A value's name as the file spells it, else in words; sizes are told in bytes, whatever the file's unit."""
        title = self._file.columns.get(field, field.replace("_", " ").capitalize())
        in_bytes = not field.endswith("_bytes") or "byte" in title.casefold()
        return title if in_bytes else f"{title}, in bytes"

    def _count(self, posted: Posted, repeats: int, names: Names) -> None:
        summary = self.summary
        summary.new, summary.changed, summary.removed = posted.new, posted.changed, posted.removed
        summary.existing = posted.existing + repeats
        summary.new_customers = [customer.name for customer in names.new_customers]
        summary.notes.extend(names.notes.values())

    def _record(self, post: Post, actor: Actor) -> None:
        facts = self._facts()
        facts |= {"replaced": post.replace, "customers_created": self.summary.customers_created}
        subject = Subject("file", str(post.import_number), str(facts.pop("file_name")))
        record(self._subscription.id, actor, "file.imported", subject, before=None, after=facts)

    def _facts(self) -> dict[str, object]:
        """What the record of imports keeps of this one."""
        return {
            "file_name": self.summary.file_name,
            "file_sha256": self.summary.sha256,
            "file_bytes": self._file.size_bytes,
            "profile": self.summary.profile,
            "row_count": self.summary.rows,
            "new_count": self.summary.new,
            "existing_count": self.summary.existing,
            "changed_count": self.summary.changed,
            "refused_count": len(self.summary.refused),
            "removed_count": self.summary.removed,
        }
