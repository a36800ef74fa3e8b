"""What an object's own page shows: its values month by month, and which lines of which files say so."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.utils import timezone

from tallybook.console.wording import Unit, ago, unit_of
from tallybook.errors import NotFound
from tallybook.subscriptions.customers import customer_by_id
from tallybook.subscriptions.models import Customer, Subscription
from tallybook.subscriptions.revisions import last_changed_at
from tallybook.usage.object_months import Said, object_entries, object_months
from tallybook.usage.objects import ListedObject
from tallybook.usage.summary import months_with_usage

ENTRIES_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class ObjectPage:
    """Read in one transaction; the months and what files say of them, the newest first."""

    subscription: Subscription
    customer: Customer
    months: list[ListedObject]
    entries: list[Said]
    has_more_entries: bool
    changed_at: datetime | None

    @property
    def newest(self) -> ListedObject:
        return self.months[0]

    @property
    def changed_ago(self) -> str:
        return ago(self.changed_at, timezone.now()) if self.changed_at else ""

    @cached_property
    def protected_unit(self) -> Unit | None:
        sizes = [one.protected_bytes for one in self.months]
        return unit_of([*sizes, *(said.protected_bytes for said in self.entries)])

    @cached_property
    def stored_unit(self) -> Unit | None:
        sizes = [one.stored_bytes for one in self.months]
        return unit_of([*sizes, *(said.stored_bytes for said in self.entries)])

    @property
    def rows(self) -> list[tuple[ListedObject, list[Said]]]:
        """Each month with the entries that count in it: one of each source."""
        live: dict[date, list[Said]] = {}
        for said in self.entries:
            if said.retired_by is None:
                live.setdefault(said.month, []).append(said)
        return [(one, live.get(one.month, [])) for one in self.months]

    @property
    def former(self) -> list[Said]:
        """What files said that a later import replaced or removed."""
        return [said for said in self.entries if said.retired_by is not None]


def read_object_page(subscription: Subscription, customer_id: UUID, object_key: UUID) -> ObjectPage:
    """Call inside the subscription's scope.

    Raises:
        NotFound: the subscription has no such customer, or the customer never had such an object.
    """
    customer = customer_by_id(subscription, customer_id)
    with_usage = months_with_usage(subscription.id)
    months = object_months(subscription.id, customer_id, object_key, with_usage)
    if not months:
        raise NotFound("There is no such object of this customer.")
    entries = object_entries(subscription.id, customer_id, object_key, with_usage, most=ENTRIES_SHOWN + 1)
    return ObjectPage(
        subscription=subscription,
        customer=customer,
        months=months,
        entries=entries[:ENTRIES_SHOWN],
        has_more_entries=len(entries) > ENTRIES_SHOWN,
        changed_at=last_changed_at(subscription.id, months[-1].month, months[0].month),
    )
