"""Report links in words: their states, their calls, and when things were."""

from tallybook.links.models import LinkCall
from tallybook.links.problems import OF_LINKS
from tallybook.web.problems import GENERAL

_OUTCOMES = {
    "granted": "Report made and sent",
    "headers": "Headers of the last file sent",
    "not-modified": "Nothing new since the last call",
    "part": "Part of the last file sent",
    "repeated": "Last file sent again",
    "key-in-query": "Refused: the key was in the address",
    "key-missing": "Refused: no key was sent",
    "key-malformed": "Refused: the key was mistyped or cut off",
    "key-refused": "Refused: the key is not one of this link",
    "address-refused": "Refused: the address is not on the list",
    "address-unknown": "Refused: the proxy did not say who was calling",
    "link-paused": "Refused: the link was paused",
    "link-expired": "Refused: the link had expired",
    "link-revoked": "Refused: the link was revoked",
    "range-not-kept": "Refused: the rest of that file is not kept",
    "too-early": "Refused: called too early",
    "too-many-bad-keys": "Refused: too many wrong keys from this address",
    "server-busy": "Not now: the server was busy",
}
_TITLES = {kind.name: kind.title for kind in (*OF_LINKS, *GENERAL)}
DONE = {
    "changed": "The changes are saved. They count from the next call on.",
    "unchanged": "Nothing was changed.",
    "paused": "The link is paused: calls are refused until it is resumed.",
    "paused-already": "The link was paused already; nothing was changed.",
    "resumed": "The link is resumed and answers again.",
    "resumed-already": "The link was not paused; nothing was changed.",
    "revoked": "The link is revoked. Its calls are refused for good.",
    "revoked-already": "The link was revoked already; nothing was changed.",
}


def outcome_words(call: LinkCall) -> str:
    """What became of a call, for people; a kind that is new by its title."""
    return _OUTCOMES.get(call.outcome) or f"Refused: {_TITLES.get(call.outcome, call.outcome)}"


def is_refusal(call: LinkCall) -> bool:
    return call.status >= 400  # noqa: PLR2004 - HTTP's own border
