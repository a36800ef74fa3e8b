"""Build, then send: a report is written whole, in one snapshot of the ledger, before anybody gets a byte of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import IO

from django.conf import settings
from django.db import DatabaseError

from tallybook.database.queries import rows
from tallybook.database.scope import ready_snapshot
from tallybook.errors import NotNow, Refused, is_no_room
from tallybook.reports.choice import Choice
from tallybook.reports.csv_format import write_api_csv, write_excel_csv
from tallybook.reports.itemised import ITEMISED
from tallybook.reports.json_format import write_json
from tallybook.reports.kinds import Kind
from tallybook.reports.splitting import write_zip
from tallybook.reports.xlsx_format import write_xlsx
from tallybook.subscriptions.revisions import LedgerState, ledger_state
from tallybook.web.files import BLOCK_BYTES

# Whoever calls a link is not told the server's folders.
KEPT_PLACE = "the server's folder for report files"


class Format(StrEnum):
    """The formats of a report."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


class Profile(StrEnum):
    """The two kinds of CSV."""

    API = "api"
    EXCEL = "excel"


CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a report is written down."""

    kind: Kind = ITEMISED
    format: Format = Format.CSV
    profile: Profile = Profile.API
    delimiter: str | None = None
    split_by_customer: bool = False
    link: str | None = None
    """The id of the report link that asks, for the format that names it."""

    def __post_init__(self) -> None:
        if self.profile is Profile.EXCEL and self.format is not Format.CSV:
            raise Refused(f"The profile excel is one of CSV; {self.format} has no profiles. Leave out one of the two.")
        if self.delimiter and self.profile is not Profile.EXCEL:
            raise Refused("Only the profile excel has a choice of delimiters; the others have commas or none. Leave it out.")

    @property
    def extension(self) -> str:
        return "zip" if self.split_by_customer else str(self.format)

    @property
    def mark(self) -> str:
        """What sets the file's name apart from that of another form with the same extension."""
        return "-excel" if self.profile is Profile.EXCEL else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltReport:
    """A whole report in a file that nobody else can open and that goes when it is closed."""

    file: IO[bytes]
    file_name: str
    content_type: str
    row_count: int
    size_bytes: int
    sha256: bytes
    state: LedgerState
    """Of the report's months, in the snapshot."""


def build(choice: Choice, form: Form, file: IO[bytes] | None = None) -> BuiltReport:
    """Build a report from one snapshot. Must not be called inside a transaction. The caller closes the file.

    Args:
        choice: what the report is about.
        form: how it is written.
        file: where to write it, empty and open for reading too; left out, it is a file without a name.

    Raises:
        Refused: it took longer than the report timeout, the disk is full, or the format cannot hold it.
    """
    place = KEPT_PLACE if file else tempfile.gettempdir()
    file = file or tempfile.TemporaryFile()  # noqa: SIM115 - given to the caller
    try:
        with told_clearly(place), _ready_snapshot(form.kind, choice):
            state = ledger_state(choice.subscription.id, choice.first_month, choice.last_month)
            row_count = _write(choice, form, file)
        with told_clearly(place):
            return _built(choice, form, file, row_count, state)
    except BaseException:
        # What is still in the buffer may have no room either.
        with suppress(OSError):
            file.close()
        raise


@contextmanager
def _ready_snapshot(kind: Kind, choice: Choice) -> Iterator[None]:
    """A snapshot in which everything that the report is made from is as new as the ledger."""
    with ready_snapshot(choice.subscription.id, partial(kind.prepare, choice), partial(kind.is_ready, choice)):
        _limit_time()
        yield


def _write(choice: Choice, form: Form, file: IO[bytes]) -> int:
    if form.split_by_customer:
        return write_zip(
            form.kind, choice, f"{form.mark}.{form.format}", file, lambda one, target: _write_one(one, form, target)
        )
    return _write_one(choice, form, file)


def _write_one(choice: Choice, form: Form, file: IO[bytes]) -> int:
    """Write one report and return its number of rows."""
    if form.format is Format.XLSX:
        return write_xlsx(form.kind, choice, file)
    if form.format is Format.JSON:
        return write_json(form.kind, choice, file, form.link)
    if form.profile is Profile.EXCEL:
        return write_excel_csv(form.kind, choice, file, form.delimiter or ",")
    return write_api_csv(form.kind, choice, file)


def _built(choice: Choice, form: Form, file: IO[bytes], row_count: int, state: LedgerState) -> BuiltReport:
    size_bytes, digest = measured(file)
    return BuiltReport(
        file=file,
        file_name=f"{form.kind.file_stem}-{choice.period}{form.mark}.{form.extension}",
        content_type=CONTENT_TYPES[form.extension],
        row_count=row_count,
        size_bytes=size_bytes,
        sha256=digest,
        state=state,
    )


def measured(file: IO[bytes]) -> tuple[int, bytes]:
    """Size and SHA-256 of a file that was just written; leaves it at its beginning."""
    file.flush()
    size_bytes = file.tell()
    file.seek(0)
    digest = sha256()
    while block := file.read(BLOCK_BYTES):
        digest.update(block)
    file.seek(0)
    return size_bytes, digest.digest()


def _limit_time() -> None:
    seconds = settings.INSTALLATION.report_timeout_seconds
    # The whole transaction, not each of its statements: a workbook is fetched by hundreds of them.
    rows("SELECT set_config('transaction_timeout', %(limit)s, true)", {"limit": f"{seconds}s"})


@contextmanager
def told_clearly(place: str) -> Iterator[None]:
    """A full disk and a report that took too long, as `NotNow`."""
    try:
        yield
    except OSError as error:
        if not is_no_room(error):
            raise
        raise NotNow(f"There is no room to build the report in {place}. Free some, and try again.") from None
    except DatabaseError as error:
        if "transaction timeout" not in str(error):
            raise
        seconds = settings.INSTALLATION.report_timeout_seconds
        raise NotNow(
            f"The report took longer than {seconds} seconds. Choose fewer months, or raise TALLYBOOK_REPORT_TIMEOUT_SECONDS."
        ) from None
