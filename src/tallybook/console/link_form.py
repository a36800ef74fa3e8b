"""The form of a report link: what is sent, checked, becomes a draft. It makes a link, and changes one."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django import forms
from django.http import QueryDict

from tallybook.console.audit_form import DayField
from tallybook.console.forms import KIND_LABELS, MonthChoices, MonthField, Option, SeveralField
from tallybook.console.link_form_data import ALL, ANYONE, CHOSEN, FIXED, LAST_DAY, LAST_MONTHS, LISTED, NEVER, PERIODS, last_day
from tallybook.errors import Refused
from tallybook.links.allowing import normalised
from tallybook.links.drafts import FORMATS, Draft, checked_expiry
from tallybook.links.links import Link
from tallybook.links.periods import MOST_MONTHS, Period
from tallybook.reports.building import Format
from tallybook.reports.every_kind import find_kind
from tallybook.subscriptions.customers import list_customers
from tallybook.subscriptions.models import Subscription
from tallybook.subscriptions.products import list_products
from tallybook.subscriptions.subscriptions import checked_name
from tallybook.usage.summary import months_with_usage

Value = TypeVar("Value")


class Picked(NamedTuple):
    """A radio button."""

    value: str
    label: str
    is_picked: bool


def _one_of(values: Iterable[str], missing: str) -> forms.ChoiceField:
    messages = {"required": missing, "invalid_choice": missing}
    return forms.ChoiceField(choices=[(value, value) for value in values], error_messages=messages)


class LinkForm(MonthChoices, forms.Form):
    """Made inside the subscription's scope; asked and rendered outside of it too."""

    def __init__(self, subscription: Subscription, sent: QueryDict, changed: Link | None = None) -> None:
        super().__init__(sent)
        self.sent = sent
        self.subscription = subscription
        self.changed = changed
        self.with_usage = months_with_usage(subscription.id)
        self.all_customers = list_customers(subscription)
        self.all_products = list_products()
        # Named after the parameters that the export dialog sends, of which `from` cannot be an attribute.
        self.fields |= {
            "name": forms.CharField(required=False, strip=False),
            "kind": _one_of(KIND_LABELS, "Choose which report the link gives."),
            "format": _one_of(FORMATS, "Choose CSV or JSON."),
            "customers": _one_of((ALL, CHOSEN), "Choose whose usage the link gives."),
            "customer": SeveralField(
                {str(one.id): one.id for one in self.all_customers} | self._gone("customer_ids"),
                unknown="A chosen customer is not there any more. Choose again.",
            ),
            "products": _one_of((ALL, CHOSEN), "Choose which products the link gives."),
            "product": SeveralField(
                {str(one.id): one.id for one in self.all_products} | self._gone("product_ids"),
                unknown="A chosen product is not in the catalogue. Choose again.",
            ),
            "period": _one_of(dict(PERIODS), "Choose which months the link gives."),
            "count": forms.CharField(required=False),
            "from": MonthField(label="The first month", required=False),
            "to": MonthField(label="The last month", required=False),
            "expiry": _one_of((NEVER, LAST_DAY), "Choose whether the link expires."),
            "expires_on": DayField(),
            "callers": _one_of((ANYONE, LISTED), "Choose who may call the link."),
            "addresses": forms.CharField(required=False, strip=False),
            "repeat": forms.BooleanField(required=False),
            "link_id": forms.UUIDField(required=False),
            "revision": forms.IntegerField(required=False),
        }

    def _gone(self, column: str) -> dict[str, Any]:
        """What the link names already may go on, also when it is no more."""
        return {str(one): one for one in (getattr(self.changed.saved, column) if self.changed else None) or ()}

    def clean(self) -> None:
        cleaned = self.cleaned_data
        for which, several, missing in (
            ("customers", "customer", "No customer is ticked. Tick one at least, or choose all."),
            ("products", "product", "No product is ticked. Tick one at least, or choose all."),
        ):
            if cleaned.get(which) == CHOSEN and several in cleaned and cleaned[several] is None:
                self.add_error(several, missing)
        name = self._checked("name", lambda: checked_name(cleaned.get("name") or "", "link"))
        period = self._period()
        allowed = self._checked("addresses", self._allowed)
        expires_on = self._checked("expires_on", self._expires_on)
        if not self.errors and name and period:
            self.draft = Draft(
                name=name,
                period=period,
                kind=find_kind(cleaned["kind"]),
                format=Format(cleaned["format"]),
                customer_ids=cleaned["customer"] if cleaned["customers"] == CHOSEN else None,
                product_ids=cleaned["product"] if cleaned["products"] == CHOSEN else None,
                allowed=allowed,
                expires_on=expires_on,
                repeats_last_file=cleaned["repeat"],
            )

    def _checked(self, name: str, ask: Callable[[], Value]) -> Value | None:
        try:
            return ask()
        except Refused as refused:
            self.add_error(name, str(refused))
            return None

    def _period(self) -> Period | None:
        chosen = self.cleaned_data.get("period")
        if chosen == FIXED:
            return self._fixed()
        if chosen == LAST_MONTHS:
            return self._checked("count", self._last_months)
        return Period.read(chosen) if chosen else None

    def _fixed(self) -> Period | None:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        for name, month in (("from", first), ("to", last)):
            if month is None and name not in self.errors:
                self.add_error(name, "Choose a month.")
        return self._checked("to", lambda: Period.fixed(first, last)) if first and last else None

    def _last_months(self) -> Period:
        text = (self.cleaned_data.get("count") or "").strip()
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= MOST_MONTHS):
            raise Refused(f"Write how many months: a number from 1 to {MOST_MONTHS}.")
        return Period.read(f"last-{int(text)}-months")

    def _allowed(self) -> tuple[str, ...] | None:
        if self.cleaned_data.get("callers") != LISTED:
            return None
        return tuple(normalised((self.cleaned_data.get("addresses") or "").replace(",", "\n").splitlines()))

    def _expires_on(self) -> date | None:
        if self.cleaned_data.get("expiry") != LAST_DAY:
            return None
        day: date | None = self.cleaned_data.get("expires_on")
        if day is None:
            if "expires_on" not in self.errors:
                raise Refused("Choose the last day on which the link answers, or never.")
            return None
        # An expiry that has passed may stay while something else is changed.
        return day if self.changed and day == last_day(self.changed) else checked_expiry(day, self.subscription)

    def text(self, name: str) -> str:
        return self.sent.get(name, "")

    def _picked(self, name: str, labels: Iterable[tuple[str, str]]) -> list[Picked]:
        return [Picked(value, label, self.text(name) == value) for value, label in labels]

    @property
    def values(self) -> dict[str, str]:
        """What stands in the fields, as it was typed."""
        return {name: self.text(name) for name in self.fields}

    @property
    def kinds(self) -> list[Picked]:
        return self._picked("kind", KIND_LABELS.items())

    @property
    def formats(self) -> list[Picked]:
        return self._picked("format", [(str(one), str(one).upper()) for one in FORMATS])

    @property
    def periods(self) -> list[Picked]:
        return self._picked("period", PERIODS)

    @property
    def customer_options(self) -> list[Option]:
        ticked = set(self.sent.getlist("customer"))
        known = [Option(str(one.id), one.name, str(one.id) in ticked) for one in self.all_customers]
        return known + self._kept_options("customer_ids", {option.value for option in known}, ticked)

    @property
    def product_options(self) -> list[Option]:
        ticked = set(self.sent.getlist("product"))
        known = [Option(str(one.id), one.name, str(one.id) in ticked) for one in self.all_products]
        return known + self._kept_options("product_ids", {option.value for option in known}, ticked)

    def _kept_options(self, column: str, known: set[str], ticked: set[str]) -> list[Option]:
        return [Option(one, f"No longer there: {one}", one in ticked) for one in self._gone(column) if one not in known]
