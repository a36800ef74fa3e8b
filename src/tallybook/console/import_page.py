"""What the page of one import shows, and the one that asks before it is undone."""

from dataclasses import dataclass
from datetime import datetime

from tallybook.console.import_list import ListedImport
from tallybook.console.upload_page import UploadPage
from tallybook.console.wording import local_time, month_name
from tallybook.metering.models import Upload
from tallybook.metering.uploads import refused_path_of, upload_of
from tallybook.subscriptions.access import IMPORTS_USAGE
from tallybook.subscriptions.models import Membership
from tallybook.usage.imports import reach_of
from tallybook.usage.undoing import Foreseen, find_import, foresee_undo, hindrance


@dataclass(frozen=True, kw_only=True)
class ImportPage:
    """Read in one transaction. `upload` is the file it came from, if it came through the console."""

    membership: Membership
    listed: ListedImport
    upload: Upload | None

    @property
    def may_import(self) -> bool:
        return self.membership.role in IMPORTS_USAGE

    @property
    def has_refused_rows(self) -> bool:
        """Whether its refused rows are still kept as a file."""
        return self.upload is not None and refused_path_of(self.upload).is_file()

    @property
    def told(self) -> UploadPage | None:
        """What was found of the file."""
        if self.upload is None:
            return None
        return UploadPage(subscription=self.membership.subscription, upload=self.upload)

    @property
    def undone(self) -> str:
        at: datetime | None = self.listed.made.undone_at
        return local_time(at, self.membership.subscription.zone) if at else ""


@dataclass(frozen=True, kw_only=True)
class UndoPage:
    """What taking an import back will do, or why it cannot be done now."""

    of: ImportPage
    foreseen: list[Foreseen]
    hindrance: str | None

    @property
    def months(self) -> list[tuple[str, Foreseen]]:
        return [(month_name(one.month), one) for one in self.foreseen]


def read_import_page(membership: Membership, number: int) -> ImportPage:
    """Call inside the subscription's scope.

    Raises:
        NotFound: there is no such import.
    """
    subscription = membership.subscription
    found = find_import(subscription, number)
    listed = ListedImport(found, reach_of(subscription, [number]).get(number), subscription)
    return ImportPage(membership=membership, listed=listed, upload=upload_of(subscription, number))


def read_undo_page(membership: Membership, number: int) -> UndoPage:
    """Likewise."""
    page = read_import_page(membership, number)
    reason = hindrance(page.listed.made)
    return UndoPage(of=page, foreseen=[] if reason else foresee_undo(page.listed.made), hindrance=reason)
