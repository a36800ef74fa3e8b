"""Why a call of a report link is refused. Each kind has its page in docs/problems.md."""

import math

from tallybook.web.addresses import Address
from tallybook.web.problems import Kind, Problem

KEY_IN_QUERY = Kind("key-in-query", 400, "The key is in the address")
KEY_MISSING = Kind("key-missing", 401, "No key was sent")
KEY_MALFORMED = Kind("key-malformed", 401, "This is no whole key")
KEY_REFUSED = Kind("key-refused", 401, "The key does not open this link")
ADDRESS_REFUSED = Kind("address-refused", 403, "This address may not call the link")
ADDRESS_UNKNOWN = Kind("address-unknown", 403, "The caller's address is not known")
LINK_PAUSED = Kind("link-paused", 403, "The link is paused")
LINK_EXPIRED = Kind("link-expired", 410, "The link has expired")
LINK_REVOKED = Kind("link-revoked", 410, "The link was revoked")
RANGE_NOT_KEPT = Kind("range-not-kept", 416, "The rest of that file cannot be had")
TOO_EARLY = Kind("too-early", 429, "The link was called a short while ago")
TOO_MANY_BAD_KEYS = Kind("too-many-bad-keys", 429, "Too many wrong keys")
SERVER_BUSY = Kind("server-busy", 503, "The server cannot build the report now")

OF_LINKS = (
    KEY_IN_QUERY,
    KEY_MISSING,
    KEY_MALFORMED,
    KEY_REFUSED,
    ADDRESS_REFUSED,
    ADDRESS_UNKNOWN,
    LINK_PAUSED,
    LINK_EXPIRED,
    LINK_REVOKED,
    RANGE_NOT_KEPT,
    TOO_EARLY,
    TOO_MANY_BAD_KEYS,
    SERVER_BUSY,
)

KEY_HEADER = "X-API-KEY"
_CHALLENGE = {"WWW-Authenticate": f'{KEY_HEADER} realm="Tallybook report links"'}
_BUSY_SECONDS = 30


def key_in_query() -> Problem:
    return Problem(
        KEY_IN_QUERY,
        f"A key in an address ends up in logs and histories. Send it in the header {KEY_HEADER}, and rotate the key that was "
        "sent this way.",
    )


def key_missing() -> Problem:
    return Problem(KEY_MISSING, f"Send the link's key in the header {KEY_HEADER}.", _CHALLENGE)


def key_malformed() -> Problem:
    return Problem(
        KEY_MALFORMED,
        f"The text in the header {KEY_HEADER} is no key: a character is wrong or missing. Copy the whole key again; it begins "
        "with tbk_report_.",
        _CHALLENGE,
    )


def key_refused() -> Problem:
    """One answer for all these cases, to the byte: unknown, wrong, rotated out, and good at another link."""
    return Problem(
        KEY_REFUSED,
        "There is no such link, or the key is not, or no longer, one of it. Compare the address and the last four characters "
        "of the key with those on the link's page.",
        _CHALLENGE,
    )


def address_refused(address: Address) -> Problem:
    return Problem(
        ADDRESS_REFUSED,
        f"The server saw the address {address}, which is not on the link's list. Add it to the list, or call from an address "
        "that is on it.",
        address=str(address),
    )


def address_unknown() -> Problem:
    return Problem(
        ADDRESS_UNKNOWN,
        "The link has an address list, and the proxy in front of the server did not say who is calling. Let it set "
        "X-Forwarded-For.",
    )


def link_paused() -> Problem:
    return Problem(LINK_PAUSED, "Somebody paused this link. It answers again once it is resumed in the console.")


def link_expired() -> Problem:
    return Problem(LINK_EXPIRED, "The link's expiry has passed. Give it a later one in the console, or make a new link.")


def link_revoked() -> Problem:
    return Problem(LINK_REVOKED, "This link was revoked, which is for good. Ask for a new one.")


def range_not_kept(size_bytes: int | None = None) -> Problem:
    return Problem(
        RANGE_NOT_KEPT,
        "There is no file of the last hour of which this could be the rest: none was sent to this key and address, or a newer "
        "one was made, or the range lies beyond its end. Ask for the whole report again.",
        {} if size_bytes is None else {"Content-Range": f"bytes */{size_bytes}"},
    )


def too_early(wait_seconds: float, pace_seconds: int) -> Problem:
    wait = max(1, math.ceil(wait_seconds))
    return Problem(
        TOO_EARLY,
        f"A link makes its data once in {pace_seconds} seconds. Call again in {wait} seconds.",
        {
            "Retry-After": str(wait),
            "RateLimit-Policy": f'"link";q=1;w={pace_seconds}',
            "RateLimit": f'"link";r=0;t={wait}',
        },
        retryAfterSeconds=wait,
    )


def too_many_bad_keys(wait_seconds: float) -> Problem:
    wait = max(1, math.ceil(wait_seconds))
    return Problem(
        TOO_MANY_BAD_KEYS,
        f"Too many wrong keys came from this address. Call again in {wait} seconds, with the right one.",
        {"Retry-After": str(wait)},
    )


def server_busy(reason: str) -> Problem:
    return Problem(SERVER_BUSY, reason, {"Retry-After": str(_BUSY_SECONDS)})
