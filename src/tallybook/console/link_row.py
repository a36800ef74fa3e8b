"""A report link as the pages tell it: everything in words, times in the subscription's zone."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.utils import timezone

from tallybook.console.link_form_data import last_day
from tallybook.console.link_wording import is_refusal, outcome_words
from tallybook.console.wording import ago, local_second, local_time
from tallybook.links.describing import customer_names, link_url, product_names
from tallybook.links.listing import ListedLink, SeenKey, State
from tallybook.links.models import LinkCall
from tallybook.links.periods import Period
from tallybook.reports.quantities import QUANTITIES
from tallybook.subscriptions.models import Subscription


@dataclass(frozen=True)
class ToldCall:
    """A call, or several that were alike within a second."""

    call: LinkCall
    subscription: Subscription

    @property
    def when(self) -> str:
        return local_second(self.call.called_at, self.subscription.zone)

    @property
    def ago(self) -> str:
        return ago(self.call.called_at, timezone.now())

    @property
    def words(self) -> str:
        return outcome_words(self.call)

    @property
    def is_refusal(self) -> bool:
        return is_refusal(self.call)


@dataclass(frozen=True)
class ToldKey:
    """A key by its last four characters."""

    key: SeenKey
    subscription: Subscription

    @property
    def made(self) -> str:
        return local_time(self.key.seen.made_at, self.subscription.zone)

    @property
    def ends(self) -> str:
        """When it ends, or ended; empty for one that goes on."""
        return local_time(self.key.valid_until, self.subscription.zone) if self.key.valid_until else ""

    @property
    def used(self) -> str:
        used_at = self.key.seen.last_used_at
        return ago(used_at, timezone.now()) if used_at else ""


@dataclass(frozen=True)
class ToldLink:
    """Made inside the subscription's scope, where `customers` and `products` are looked up; rendered outside of it too."""

    listed: ListedLink
    subscription: Subscription
    customers: list[str] | None
    products: list[str] | None

    @property
    def name(self) -> str:
        return self.listed.link.saved.name

    @property
    def state(self) -> State:
        return self.listed.state

    @property
    def is_revoked(self) -> bool:
        return self.state is State.REVOKED

    @property
    def is_paused(self) -> bool:
        """Also one that has expired meanwhile."""
        return self.listed.link.gate.paused_at is not None and not self.is_revoked

    @property
    def url(self) -> str:
        return link_url(self.listed.id)

    @property
    def kind(self) -> str:
        return self.listed.link.saved.kind.capitalize()

    @property
    def is_quantities(self) -> bool:
        """Most are not, and so it is told of those alone."""
        return self.listed.link.saved.kind == QUANTITIES.name

    @property
    def format(self) -> str:
        return self.listed.link.saved.format.upper()

    @property
    def period(self) -> str:
        words = Period(self.listed.link.saved.period).words
        return words[0].upper() + words[1:]

    @property
    def scope(self) -> str:
        """How many customers and products, or the one that it is."""
        return f"{_counted(self.customers, 'customer')}, {_counted(self.products, 'product')}"

    @property
    def pace(self) -> str:
        seconds = settings.INSTALLATION.link_pace_seconds
        return f"{seconds // 60} minutes" if seconds % 60 == 0 and seconds > 60 else f"{seconds} seconds"  # noqa: PLR2004 - of a minute

    @property
    def more_allowed(self) -> int:
        return len(self.allowed or ()) - 2

    @property
    def allowed(self) -> list[str] | None:
        return self.listed.link.gate.allowed

    @cached_property
    def valid_keys(self) -> list[ToldKey]:
        return [told for told in self.keys if told.key.is_valid]

    @cached_property
    def keys(self) -> list[ToldKey]:
        return [ToldKey(key, self.subscription) for key in self.listed.keys]

    @property
    def made(self) -> str:
        return local_time(self.listed.link.saved.made_at, self.subscription.zone)

    @property
    def made_day(self) -> str:
        return self.made.partition(",")[0]

    @property
    def expires(self) -> str:
        """The last day; empty for never."""
        day = last_day(self.listed.link)
        return f"{day.day} {day:%B %Y}" if day else ""

    @property
    def expires_short(self) -> str:
        day = last_day(self.listed.link)
        return f"{day.day} {day:%b %Y}" if day else ""

    @property
    def expiry_warning(self) -> str:
        days = self.listed.days_left
        if days is None:
            return ""
        return "Expires today" if days < 1 else f"Expires in {days} day{'' if days == 1 else 's'}"

    @property
    def last_call(self) -> ToldCall | None:
        return ToldCall(self.listed.last_call, self.subscription) if self.listed.last_call else None

    @property
    def next_call(self) -> str:
        """When the data can be made again."""
        at: datetime | None = self.listed.next_allowed_at
        if self.state is not State.ACTIVE:
            return ""
        return local_second(at, self.subscription.zone) if at else "now"


def _counted(names: list[str] | None, what: str) -> str:
    if names is None:
        return f"all {what}s"
    return names[0] if len(names) == 1 else f"{len(names):,} {what}s"


def told_link(listed: ListedLink, subscription: Subscription) -> ToldLink:
    """Call inside the subscription's scope."""
    saved = listed.link.saved
    return ToldLink(
        listed,
        subscription,
        None if saved.customer_ids is None else customer_names(subscription.id, saved.customer_ids),
        None if saved.product_ids is None else product_names(saved.product_ids),
    )
