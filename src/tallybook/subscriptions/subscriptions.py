"""Making and finding subscriptions, for the operator's commands."""

from functools import cache
from unicodedata import category
from zoneinfo import available_timezones

from django.db import IntegrityError

from tallybook.database.folding import fold_name
from tallybook.database.scope import operator_scope
from tallybook.errors import NotFound, Refused
from tallybook.subscriptions.models import NAME_CHARACTERS, Subscription
from tallybook.subscriptions.near import did_you_mean

# Control characters, and the two that separate lines and paragraphs.
_UNPRINTED = {"Cc", "Zl", "Zp"}
_ZONES = cache(available_timezones)


def is_printed_on_one_line(name: str) -> bool:
    """Whether a name has no line break and no control character."""
    return not any(category(character) in _UNPRINTED for character in name)


def checked_name(name: str, what: str) -> str:
    """A name that somebody typed, trimmed.

    Raises:
        Refused: it is empty, too long, or has characters that cannot be shown on a line.
    """
    trimmed = name.strip()
    if not trimmed:
        raise Refused(f"The name of the {what} is empty. Give it a name.")
    if len(trimmed) > NAME_CHARACTERS:
        raise Refused(f"The name of the {what} has {len(trimmed)} characters. Use {NAME_CHARACTERS} or fewer.")
    if not is_printed_on_one_line(trimmed):
        raise Refused(f"The name of the {what} has a line break or a control character. Leave it out.")
    return trimmed


def create_subscription(name: str, time_zone: str = "UTC") -> Subscription:
    """Make a subscription.

    Raises:
        Refused: the name is taken or not usable, or there is no such time zone.
    """
    name = checked_name(name, "subscription")
    if time_zone not in _ZONES():
        hint = did_you_mean(time_zone, _ZONES(), otherwise="Use a name such as Europe/Malta or UTC.")
        raise Refused(f"There is no time zone {time_zone!r}. {hint}")
    try:
        with operator_scope():
            return Subscription.objects.create(name=name, name_folded=fold_name(name), time_zone=time_zone)
    except IntegrityError:
        raise Refused(f"There is a subscription {name!r} already. Choose another name.") from None


def find_subscription(name: str) -> Subscription:
    """The subscription of this name, whatever its letter case. For commands: it asks nobody's leave.

    Raises:
        NotFound: names the near matches.
    """
    with operator_scope():
        found = Subscription.objects.filter(name_folded=fold_name(name)).first()
        if found:
            return found
        names = list(Subscription.objects.order_by("name").values_list("name", flat=True))
    hint = did_you_mean(name, names, otherwise="`tallybook subscription list` shows those that there are.")
    raise NotFound(f"There is no subscription {name!r}. {hint}")


def list_subscriptions() -> list[Subscription]:
    """All subscriptions of the installation, by name."""
    with operator_scope():
        return list(Subscription.objects.order_by("name_folded"))
