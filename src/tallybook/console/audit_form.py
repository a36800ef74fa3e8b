"""The filter of the page Audit: action, person and days, out of the address."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django import forms
from django.http import QueryDict

from tallybook.audit.acting import ActorKind
from tallybook.audit.reading import KnownActor, Wanted, known_actions, known_actors
from tallybook.console.audit_wording import action_label
from tallybook.subscriptions.models import Subscription

_FIRST_YEAR, _LAST_YEAR = 2000, 2999


class Option(NamedTuple):
    """Something to choose."""

    value: str
    label: str


class DayField(forms.DateField):
    """A day as `YYYY-MM-DD`, which is also what a browser's own picker sends."""

    def __init__(self) -> None:
        message = "This is no day. Write it as YYYY-MM-DD."
        super().__init__(required=False, input_formats=["%Y-%m-%d"], error_messages={"invalid": message})

    def validate(self, value: date | None) -> None:
        if value and not _FIRST_YEAR <= value.year <= _LAST_YEAR:
            raise forms.ValidationError(f"Choose a year from {_FIRST_YEAR} to {_LAST_YEAR}.")


class AuditForm(forms.Form):
    """Made inside the subscription's scope; asked and rendered outside of it too. Days are those of the subscription's zone."""

    action = forms.CharField(required=False)
    who = forms.CharField(required=False)

    def __init__(self, subscription: Subscription, sent: QueryDict) -> None:
        super().__init__(sent)
        self.subscription = subscription
        self.sent = sent
        self.actions = [Option(action, action_label(action)) for action in known_actions(subscription.id)]
        self.people = [Option(one.key, _name(one)) for one in known_actors(subscription.id)]
        # Named after the query's parameters, of which `from` cannot be an attribute.
        self.fields |= {"from": DayField(), "to": DayField()}

    def clean(self) -> None:
        first, last = self.cleaned_data.get("from"), self.cleaned_data.get("to")
        if first and last and first > last:
            self.add_error("to", "The last day is before the first one.")

    @property
    def wanted(self) -> Wanted:
        first, last = self.cleaned_data["from"], self.cleaned_data["to"]
        return Wanted(
            action=self.cleaned_data["action"],
            actor=self.cleaned_data["who"],
            since=self._midnight(first) if first else None,
            until=self._midnight(last + timedelta(days=1)) if last else None,
        )

    @property
    def is_narrowed(self) -> bool:
        return any(self.sent.get(name) for name in self.fields)

    @property
    def sent_from(self) -> str:
        return self.sent.get("from", "")

    @property
    def sent_to(self) -> str:
        return self.sent.get("to", "")

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.subscription.zone)


def _name(actor: KnownActor) -> str:
    kind, _, own = actor.key.partition(":")
    if kind == ActorKind.OPERATOR:
        return f"{actor.name} (on the server)" if actor.name else "Erased, on the server"
    return actor.name or f"Erased, {own[:8]}"
