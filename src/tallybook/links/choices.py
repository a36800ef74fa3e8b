"""What a link is about, today. Call inside the subscription's scope."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tallybook.links.models import ReportLink
from tallybook.links.periods import Period
from tallybook.links.register import Gate
from tallybook.reports.building import Form, Format
from tallybook.reports.choice import Choice
from tallybook.reports.every_kind import find_kind


@dataclass(frozen=True, slots=True)
class Resolved:
    """A link's choice with the months that its period means today, and the form of its report."""

    choice: Choice
    form: Form

    @property
    def months(self) -> tuple[date, date]:
        return self.choice.first_month, self.choice.last_month


def resolve(gate: Gate) -> Resolved:
    links = ReportLink.objects.select_related("subscription")
    return resolved_today(links.get(subscription_id=gate.subscription_id, id=gate.link_id))


def resolved_today(link: ReportLink) -> Resolved:
    first_month, last_month = months_today(link.period, link.subscription.zone)
    choice = Choice(
        subscription=link.subscription,
        first_month=first_month,
        last_month=last_month,
        customer_ids=None if link.customer_ids is None else tuple(link.customer_ids),
        product_ids=None if link.product_ids is None else tuple(link.product_ids),
    )
    return Resolved(choice, Form(kind=find_kind(link.kind), format=Format(link.format), link=str(link.id)))


def months_today(period: str, zone: ZoneInfo) -> tuple[date, date]:
    """Today is a day in the subscription's zone."""
    return Period(period).months(datetime.now(zone).date())
