"""What the page of an uploaded file shows: how far the work has come, or what was found."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from tallybook.console.import_wording import DELIMITERS, for_the_form
from tallybook.console.wording import month_name
from tallybook.metering.models import WORKING, State, Upload
from tallybook.metering.uploads import SILENCE, find_upload
from tallybook.subscriptions.models import Subscription
from tallybook.usage.imports import imports_of_content
from tallybook.usage.models import Import
from tallybook.usage.months import parse_month


class FoundMonth(NamedTuple):
    """A month of which rows speak, and of how many customers in it."""

    name: str
    value: str
    customers: int


class RefusedRow(NamedTuple):
    """A refused row, with its cells as the file has them."""

    line: int
    column: str
    value: str
    reason: str
    cells: list[str]


@dataclass(frozen=True, kw_only=True)
class UploadPage:
    """An upload, and the imports that came of a file with the same content before."""

    subscription: Subscription
    upload: Upload
    same: tuple[Import, ...] = ()

    @property
    def found(self) -> dict[str, Any]:
        return self.upload.found or {}

    @property
    def is_working(self) -> bool:
        return self.upload.state in WORKING and not self.is_silent

    @property
    def is_silent(self) -> bool:
        """Whether the work ended with the process that did it."""
        silence: timedelta = getattr(self.upload, "silence", timedelta())
        return self.upload.state in WORKING and silence > SILENCE

    @property
    def is_importing(self) -> bool:
        return self.upload.state == State.IMPORTING

    @property
    def is_checked(self) -> bool:
        return self.upload.state == State.CHECKED

    @property
    def can_be_imported(self) -> bool:
        """Whether there is anything in it to import, and nothing that forbids it."""
        return self.is_checked and self.taken > 0 and not self.is_all_or_nothing

    @property
    def is_all_or_nothing(self) -> bool:
        """Whether rows are refused of a file that would take away what it does not have."""
        return bool(self.upload.options.get("replace") and self.found.get("refused_count"))

    @property
    def taken(self) -> int:
        """How many of its rows can be taken."""
        return int(self.found.get("rows", 0)) - int(self.found.get("refused_count", 0))

    @property
    def percent(self) -> int:
        return min(100, 100 * self.upload.bytes_done // max(self.upload.size_bytes, 1))

    @property
    def message(self) -> str:
        return for_the_form(self.upload.message)

    @property
    def months(self) -> list[FoundMonth]:
        told = self.found.get("months", ())
        return [FoundMonth(month_name(parse_month(text, "The month")), text, customers) for text, customers in told]

    @property
    def delimiter(self) -> str:
        mark: str = self.found.get("delimiter", "")
        return DELIMITERS.get(mark, mark)

    @property
    def refused(self) -> list[RefusedRow]:
        told = (RefusedRow(*one) for one in self.found.get("refused", ()))
        return [one._replace(reason=for_the_form(one.reason)) for one in told]

    @property
    def refused_more(self) -> int:
        return int(self.found.get("refused_count", 0)) - len(self.found.get("refused", ()))

    @property
    def new_customers_more(self) -> int:
        return int(self.found.get("new_customer_count", 0)) - len(self.found.get("new_customers", ()))


def read_upload_page(subscription: Subscription, upload_id: UUID) -> UploadPage:
    """Call inside the subscription's scope.

    Raises:
        NotFound: there is no such file, or not any more.
    """
    upload = find_upload(subscription, upload_id)
    same = tuple(imports_of_content(subscription, (upload.found or {}).get("sha256")))
    return UploadPage(subscription=subscription, upload=upload, same=same)
