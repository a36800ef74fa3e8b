"""What the page Audit shows: one page of the events that are wanted, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils import timezone

from tallybook.audit.acting import ActorKind
from tallybook.audit.reading import EVERYTHING, Logged, count_events, newest_events
from tallybook.console.audit_form import AuditForm
from tallybook.console.audit_wording import ChangedValue, action_phrase, changed_values
from tallybook.console.wording import ago
from tallybook.subscriptions.models import Subscription

EVENTS_A_PAGE = 50


@dataclass(frozen=True)
class Line:
    """An event as the page tells it. Names are None where they were erased."""

    logged: Logged
    subscription: Subscription

    @property
    def number(self) -> int:
        return self.logged.event.number

    @property
    def occurred_at(self) -> datetime:
        return self.logged.event.occurred_at

    @property
    def when(self) -> str:
        """In the subscription's time zone; a template would turn it back to UTC."""
        there = self.occurred_at.astimezone(self.subscription.zone)
        return f"{there.day} {there:%b %Y, %H:%M:%S}"

    @property
    def is_erased(self) -> bool:
        return self.logged.detail is None

    @property
    def actor(self) -> str | None:
        return self.logged.detail.actor_name if self.logged.detail else None

    @property
    def place(self) -> str:
        """Where it came from."""
        if self.logged.event.actor_kind == ActorKind.OPERATOR:
            return "a command on the server"
        return (self.logged.detail.address if self.logged.detail else None) or ""

    @property
    def phrase(self) -> str:
        return action_phrase(self.logged.event.action, self.logged.event.subject_kind)

    @property
    def subject(self) -> str | None:
        return self.logged.detail.subject_name if self.logged.detail else None

    @cached_property
    def values(self) -> list[ChangedValue]:
        return changed_values(self.logged.detail.before, self.logged.detail.after) if self.logged.detail else []

    @property
    def has_former_values(self) -> bool:
        """Whether anything was replaced; what is new needs no empty column beside it."""
        return any(value.before is not None for value in self.values)


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """Read in one transaction; there are no pages when the filter cannot be read."""

    subscription: Subscription
    form: AuditForm
    last_at: datetime | None
    pages: Page[int] | None
    lines: list[Line]

    @property
    def last_ago(self) -> str:
        return ago(self.last_at, timezone.now()) if self.last_at else ""


def read_audit_page(subscription: Subscription, query: QueryDict) -> AuditPage:
    """Call inside the subscription's scope."""
    form = AuditForm(subscription, query)
    pages = _pages(form, query.get("page", "1")) if form.is_valid() else None
    last = newest_events(subscription.id, EVERYTHING, most=1)
    return AuditPage(
        subscription=subscription,
        form=form,
        last_at=last[0].event.occurred_at if last else None,
        pages=pages,
        lines=_lines(form, pages) if pages else [],
    )


def _pages(form: AuditForm, named: str) -> Page[int]:
    """The page that is asked for, by the places of its events: the database counts and slices."""
    return Paginator(range(count_events(form.subscription.id, form.wanted)), EVENTS_A_PAGE).get_page(named)


def _lines(form: AuditForm, pages: Page[int]) -> list[Line]:
    first = max(pages.start_index() - 1, 0)
    found = newest_events(form.subscription.id, form.wanted, most=EVENTS_A_PAGE, skipped=first)
    return [Line(one, form.subscription) for one in found]
