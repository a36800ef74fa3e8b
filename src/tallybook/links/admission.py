"""Who may have an answer: key, link state, address, in this order (SAFETY: Once in five minutes). The slot comes after it."""

from uuid import UUID

from django.http import HttpRequest, QueryDict

from tallybook.links import problems
from tallybook.links.allowing import is_allowed
from tallybook.links.keys import PREFIX, Key, KeyKind, read_key
from tallybook.links.register import Gate, find_gate
from tallybook.links.throttle import bad_keys
from tallybook.web.addresses import Address
from tallybook.web.problems import Problem

_KEY_HEADER = "HTTP_X_API_KEY"
# What people call a key who put it into an address, folded and without hyphens.
_KEY_NAMES = {"key", "apikey", "xapikey", "token", "accesstoken"}


def read_sent_key(request: HttpRequest) -> Key:
    """The key of the header, which may still be anybody's.

    Raises:
        Problem: there is none, it is no whole key, or it stands in the address.
    """
    if request.META.get("QUERY_STRING") and _holds_key(request.GET):
        raise problems.key_in_query()
    sent = request.META.get(_KEY_HEADER, "").strip()
    if not sent:
        raise problems.key_missing()
    key = read_key(sent, KeyKind.REPORT)
    if key is None:
        raise problems.key_malformed()
    return key


def _holds_key(query: QueryDict) -> bool:
    return any(name.casefold().replace("-", "").replace("_", "") in _KEY_NAMES for name in query) or any(
        PREFIX in value for values in query.lists() for value in (values[0], *values[1])
    )


def admit(key: Key, link_id: UUID, address: Address | None) -> Gate:
    """The gate of the link, for a call that may have an answer.

    Raises:
        Problem: says why not.
    """
    _throttle(key, address)
    gate = find_gate(key, link_id)
    if gate is None:
        bad_keys.note(address)
        raise problems.key_refused()
    if problem := _hindrance(gate, address):
        raise problem
    return gate


def _throttle(key: Key, address: Address | None) -> None:
    wait_seconds = bad_keys.wait_seconds(address)
    if wait_seconds and not bad_keys.is_known(key.key_id):
        raise problems.too_many_bad_keys(wait_seconds)


def _hindrance(gate: Gate, address: Address | None) -> Problem | None:
    if gate.is_revoked:
        return problems.link_revoked()
    if gate.is_expired:
        return problems.link_expired()
    if gate.is_paused:
        return problems.link_paused()
    if gate.allowed is None:
        return None
    if address is None:
        return problems.address_unknown()
    return None if is_allowed(address, gate.allowed) else problems.address_refused(address)
