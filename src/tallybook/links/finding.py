"""Links by their name, or by what people see of their keys. Call inside the subscription's scope."""

from tallybook.database.folding import fold_name
from tallybook.links.keys import LAST_CHARACTERS
from tallybook.links.listing import ListedLink, list_links
from tallybook.subscriptions.models import Subscription


def matching_links(subscription: Subscription, text: str) -> list[ListedLink]:
    """The links in whose name the text stands, or a key of which ends in it as it is spelt; the newest first."""
    wanted, typed = fold_name(text), text.strip()
    links = list_links(subscription, counted=False)
    return [one for one in links if wanted in fold_name(one.link.saved.name) or _ends_key(one, typed)]


def _ends_key(one: ListedLink, typed: str) -> bool:
    # Pages show such an end behind three dots.
    end = typed.removeprefix("…")
    return len(end) == LAST_CHARACTERS and any(key.seen.last_four == end for key in one.keys)
