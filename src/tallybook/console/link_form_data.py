"""What stands in the form of a report link before anybody types: the export dialog's choice, or the link as it is."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from django.http import QueryDict

from tallybook.console.months import previous_month
from tallybook.links.drafts import FORMATS
from tallybook.links.links import Link
from tallybook.links.periods import PREVIOUS_MONTH, THIS_MONTH, YEAR_TO_DATE, Period
from tallybook.reports.building import Format
from tallybook.reports.every_kind import KINDS
from tallybook.reports.itemised import ITEMISED
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.products import list_products
from tallybook.usage.months import month_text

ALL, CHOSEN = "all", "chosen"
FIXED, LAST_MONTHS = "fixed", "last-months"
PERIODS = (
    (PREVIOUS_MONTH, "The previous month"),
    (THIS_MONTH, "This month, as far as it is reported"),
    (YEAR_TO_DATE, "This year to date"),
    (LAST_MONTHS, "The last complete months"),
    (FIXED, "Always the same months"),
)
NEVER, LAST_DAY = "never", "day"
ANYONE, LISTED = "anyone", "listed"
_USUAL_MONTHS = "3"


def new_link(subscription: Subscription, sent: QueryDict) -> QueryDict:
    """What stands in the form at first: what was chosen in the export dialog, and nobody may call yet."""
    first, last = (sent.get(name) or month_text(previous_month(subscription)) for name in ("from", "to"))
    moves = first == last == month_text(previous_month(subscription))
    customers, products = sent.getlist("customer"), sent.getlist("product")
    every = not products or len(set(products)) >= len(list_products())
    return _data(
        name="",
        kind=sent.get("kind") if sent.get("kind") in KINDS else ITEMISED.name,
        format=sent.get("format") if sent.get("format") in FORMATS else Format.CSV,
        customers=CHOSEN if customers else ALL,
        customer=customers,
        products=ALL if every else CHOSEN,
        product=products,
        period=PREVIOUS_MONTH if moves else FIXED,
        count=_USUAL_MONTHS,
        expiry=NEVER,
        link_id=str(uuid4()),
        **{"from": first, "to": last},
    )


def saved_link(link: Link) -> QueryDict:
    """A link as the form shows it."""
    saved, gate = link.saved, link.gate
    return _data(
        name=saved.name,
        kind=saved.kind,
        format=saved.format,
        customers=ALL if saved.customer_ids is None else CHOSEN,
        customer=[str(one) for one in saved.customer_ids or ()],
        products=ALL if saved.product_ids is None else CHOSEN,
        product=[str(one) for one in saved.product_ids or ()],
        expiry=NEVER if gate.expires_at is None else LAST_DAY,
        expires_on=f"{last_day(link) or ''}",
        callers=ANYONE if gate.allowed is None else LISTED,
        addresses="\n".join(gate.allowed or ()),
        repeat="on" if gate.repeats_last_file else "",
        revision=str(gate.revision),
        **_period_data(Period(saved.period), saved.subscription),
    )


def last_day(link: Link) -> date | None:
    """The day in the subscription's zone at whose end the link expires."""
    expires_at: datetime | None = link.gate.expires_at
    if expires_at is None:
        return None
    return expires_at.astimezone(link.saved.subscription.zone).date() - timedelta(days=1)


def _period_data(period: Period, subscription: Subscription) -> dict[str, str]:
    previous = month_text(previous_month(subscription))
    if fixed := period.range:
        return {"period": FIXED, "count": _USUAL_MONTHS, "from": month_text(fixed[0]), "to": month_text(fixed[1])}
    count = period.name.removeprefix("last-").removesuffix("-months")
    moving = {"from": previous, "to": previous}
    if count.isdecimal():
        return moving | {"period": LAST_MONTHS, "count": count}
    return moving | {"period": period.name, "count": _USUAL_MONTHS}


def _data(**values: str | list[str] | None) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value or ""])
    return data
