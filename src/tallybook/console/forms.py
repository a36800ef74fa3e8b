"""The form behind [Export Itemised Billing Report]: what is sent, checked, becomes a choice and a form of report."""

from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.http import QueryDict

from tallybook.console.months import MonthOption, month_options, previous_month
from tallybook.database.folding import fold_name
from tallybook.errors import Refused
from tallybook.reports.building import Form as ReportForm
from tallybook.reports.building import Format, Profile
from tallybook.reports.choice import Choice
from tallybook.reports.csv_format import DELIMITERS
from tallybook.reports.every_kind import KINDS
from tallybook.reports.kinds import Kind
from tallybook.subscriptions.customers import list_customers
from tallybook.subscriptions.models import Customer, Product, Subscription
from tallybook.subscriptions.products import list_products
from tallybook.usage.months import month_text, parse_month
from tallybook.usage.summary import months_with_usage

FORMATS = {
    "csv": ReportForm(),
    "csv-excel": ReportForm(profile=Profile.EXCEL),
    "xlsx": ReportForm(format=Format.XLSX),
    "json": ReportForm(format=Format.JSON),
}
KIND_LABELS = {
    "itemised": "Itemised, a row for each object",
    "quantities": "Quantities, what is billed",
}
DELIMITER_CHOICES = [(name, name.capitalize()) for name in DELIMITERS]


class MonthField(forms.Field):
    """A month as `YYYY-MM`."""

    def to_python(self, value: str | None) -> date | None:
        if not value:
            return None
        try:
            return parse_month(value, str(self.label))
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from None


class SeveralField(forms.Field):
    """Any number of the things that there are, by their ids as text; none stands for all."""

    widget = forms.SelectMultiple

    def __init__(self, known: dict[str, Any], *, unknown: str) -> None:
        super().__init__(required=False)
        self.known = known
        self.unknown = unknown

    def clean(self, value: list[str] | None) -> tuple[Any, ...] | None:
        # A dictionary: Django's own field compares each with each, which for 2,000 customers takes seconds.
        chosen = dict.fromkeys(value or ())
        if not chosen.keys() <= self.known.keys():
            raise forms.ValidationError(self.unknown)
        return tuple(self.known[one] for one in chosen) or None


class Option(NamedTuple):
    """Something to tick."""

    value: str
    label: str
    ticked: bool


class MonthChoices:
    """Of a form with the fields `from` and `to`: the months to choose from, the chosen ones among them."""

    subscription: Subscription
    with_usage: list[date]
    cleaned_data: dict[str, Any]

    @cached_property
    def months(self) -> list[MonthOption]:
        chosen = [self.cleaned_data[name] for name in ("from", "to") if self.cleaned_data.get(name)]
        return month_options(self.subscription, self.with_usage, chosen)

    @cached_property
    def month_values(self) -> set[str]:
        return {option.value for option in self.months}


class ExportForm(MonthChoices, forms.Form):
    """Made inside the subscription's scope; asked and rendered outside of it too.

    Without `products_shown`, which only the page sends, no product stands for all of them, as no customer always does.
    """

    products_shown = forms.BooleanField(required=False)
    format = forms.ChoiceField(
        choices=[(name, name) for name in FORMATS],
        required=False,
        error_messages={"invalid_choice": f"The format is none of {', '.join(FORMATS)}. Choose one of them."},
    )

    kind = forms.ChoiceField(
        choices=list(KIND_LABELS.items()),
        required=False,
        error_messages={"invalid_choice": f"The report is none of {', '.join(KINDS)}. Choose one of them."},
    )
    delimiter = forms.ChoiceField(
        choices=DELIMITER_CHOICES,
        required=False,
        error_messages={"invalid_choice": f"The delimiter is none of {', '.join(DELIMITERS)}. Choose one of them."},
    )

    split = forms.BooleanField(required=False)

    def __init__(self, subscription: Subscription, sent: QueryDict) -> None:
        self.all_customers: list[Customer] = list_customers(subscription)
        self.sent = self._with_matching(sent or _at_first(subscription))
        super().__init__(self.sent)
        self.subscription = subscription
        self.with_usage = months_with_usage(subscription.id)
        self.all_products: list[Product] = list_products()
        # Named after the query's parameters, of which `from` cannot be an attribute.
        self.fields |= {
            "customer": SeveralField(
                {str(customer.id): customer.id for customer in self.all_customers},
                unknown="A chosen customer is not there any more. Choose again.",
            ),
            "from": MonthField(label="The first month", error_messages={"required": "Choose the first month."}),
            "to": MonthField(label="The last month", error_messages={"required": "Choose the last month."}),
            "product": SeveralField(
                {str(product.id): product.id for product in self.all_products},
                unknown="A chosen product is not in the catalogue. Choose again.",
            ),
        }

    def _with_matching(self, sent: QueryDict) -> QueryDict:
        """With the customers ticked that a page showed by this search, from which the form was opened."""
        wanted = _searched(sent)
        if not wanted or sent.getlist("customer"):
            return sent
        ticked = sent.copy()
        ticked.setlist("customer", [str(one.id) for one in self.all_customers if wanted in one.name_folded])
        return ticked

    def clean(self) -> None:
        cleaned = self.cleaned_data
        if _searched(self.sent) and "customer" in cleaned and cleaned["customer"] is None:
            # None ticked would stand for all of them.
            self.add_error("customer", f"No customer has “{self.sent['search']}” in the name. Choose customers, or all.")
        if cleaned.get("products_shown") and "product" in cleaned and cleaned["product"] is None:
            self.add_error("product", "No product is ticked. Tick one at least.")
        if cleaned.get("from") and cleaned.get("to"):
            try:
                self.choice = self._chosen()
            except Refused as refused:
                self.add_error("to", str(refused))

    def _chosen(self) -> Choice:
        customer_ids: tuple[UUID, ...] | None = self.cleaned_data.get("customer")
        product_ids: tuple[int, ...] | None = self.cleaned_data.get("product")
        return Choice(
            subscription=self.subscription,
            first_month=self.cleaned_data["from"],
            last_month=self.cleaned_data["to"],
            customer_ids=customer_ids,
            product_ids=product_ids,
        )

    @property
    def report_kind(self) -> Kind:
        return KINDS[self.cleaned_data.get("kind") or "itemised"]

    @property
    def kinds(self) -> list[Option]:
        chosen = self.sent.get("kind") or "itemised"
        return [Option(name, label, name == chosen) for name, label in KIND_LABELS.items()]

    @property
    def report_form(self) -> ReportForm:
        form = replace(
            FORMATS[self.cleaned_data["format"] or "csv"],
            kind=self.report_kind,
            split_by_customer=self.cleaned_data["split"],
        )
        # The page always sends a delimiter; only one of the formats has a choice of them.
        if form.profile is not Profile.EXCEL:
            return form
        return replace(form, delimiter=DELIMITERS[self.cleaned_data["delimiter"] or "comma"])

    @cached_property
    def customers(self) -> list[Option]:
        ticked = set(self.sent.getlist("customer"))
        return [Option(str(one.id), one.name, str(one.id) in ticked) for one in self.all_customers]

    @cached_property
    def products(self) -> list[Option]:
        ticked = set(self.sent.getlist("product"))
        # All at first; none, once the page was shown, is what was sent.
        every = not ticked and "products_shown" not in self.sent
        return [Option(str(one.id), one.name, every or str(one.id) in ticked) for one in self.all_products]

    @property
    def ticked_customers(self) -> int:
        return sum(option.ticked for option in self.customers)

    @property
    def delimiters(self) -> list[Option]:
        return [Option(name, label, name == self.sent.get("delimiter")) for name, label in DELIMITER_CHOICES]

    @property
    def sent_from(self) -> str:
        return self.sent.get("from", "")

    @property
    def sent_to(self) -> str:
        return self.sent.get("to", "")


def _searched(sent: QueryDict) -> str:
    """Part of the names that a page was searched by; empty where it was not."""
    return fold_name(sent.get("search", ""))


def _at_first(subscription: Subscription) -> QueryDict:
    month = month_text(previous_month(subscription))
    return QueryDict(f"from={month}&to={month}")
