"""What somebody decides about a link, checked."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from tallybook.errors import Refused
from tallybook.links.periods import Period
from tallybook.reports.building import Format
from tallybook.reports.itemised import ITEMISED
from tallybook.reports.kinds import Kind
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.subscriptions import checked_name

FORMATS = (Format.CSV, Format.JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A link as it is to be. None for customers and products is all of them, those that come later included.

    `allowed` are networks as `normalised` gives them; None lets anyone call. `expires_on` is the last day on which the link
    answers, in the subscription's zone.
    """

    name: str
    period: Period
    kind: Kind = ITEMISED
    format: Format = Format.CSV
    customer_ids: tuple[UUID, ...] | None = None
    product_ids: tuple[int, ...] | None = None
    allowed: tuple[str, ...] | None
    expires_on: date | None = None
    repeats_last_file: bool = False

    def __post_init__(self) -> None:
        checked_name(self.name, "link")
        if self.format not in FORMATS:
            raise Refused(f"A link cannot give {self.format}. Choose csv or json.")
        if self.allowed is not None and not self.allowed:
            raise Refused("The list names no address. Name one, or let anyone call.")

    def expires_at(self, subscription: Subscription) -> datetime | None:
        """The end of the last day.

        Raises:
            Refused: it is over already.
        """
        if self.expires_on is None:
            return None
        midnight = datetime.combine(self.expires_on + timedelta(days=1), time.min, subscription.zone)
        return midnight.astimezone(UTC)


def checked_expiry(expires_on: date | None, subscription: Subscription) -> date | None:
    """The day, if it is not over.

    Raises:
        Refused: it is.
    """
    if expires_on is not None and expires_on < datetime.now(subscription.zone).date():
        raise Refused(f"The link would have expired on {expires_on}. Choose a later day, or never.")
    return expires_on
