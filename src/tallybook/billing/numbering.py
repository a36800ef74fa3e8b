"""Rows that are numbered within their subscription."""

from typing import TypeVar

from django.db.models import QuerySet

from tallybook.billing.models import Exclusion, PersonDecision, RuleSetting
from tallybook.errors import NotFound

Numbered = TypeVar("Numbered", RuleSetting, PersonDecision, Exclusion)


def next_number(of_subscription: QuerySet[Numbered]) -> int:
    """For one more, under the subscription's lock."""
    last: int | None = of_subscription.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def numbered(of_subscription: QuerySet[Numbered], number: int, what: str) -> Numbered:
    """The one of this number.

    Raises:
        NotFound: there is none.
    """
    found = of_subscription.filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no such {what}; perhaps somebody has undone it.")
    return found
