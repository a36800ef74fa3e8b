"""What a request says of the answer that it wants: content coding, tags, a range (RFC 9110)."""

import re

_WITH_QUALITY = re.compile(
    r"\s*(?P<coding>[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*q\s*=\s*(?P<quality>[01](?:\.[0-9]{0,3})?)\s*)?"
)
_RANGE = re.compile(r"bytes\s*=\s*(?P<first>[0-9]{0,18})\s*-\s*(?P<last>[0-9]{0,18})\s*", re.IGNORECASE)
_TAG = re.compile(r'\s*(?P<weak>W/)?(?P<tag>"[^"]*")\s*')


def accepts_gzip(header: str) -> bool:
    """Whether gzip is wanted (section 12.5.3); a client that says nothing gets the plain file."""
    qualities = {}
    for element in header.split(","):
        found = _WITH_QUALITY.fullmatch(element)
        if found:
            qualities[found["coding"].lower()] = float(found["quality"] or 1)
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def matches(header: str, tag: str) -> bool:
    """Whether If-None-Match names this tag; weak tags compare like strong ones (section 13.1.2)."""
    if header.strip() == "*":
        return True
    found = [_TAG.fullmatch(element) for element in header.split(",")]
    return any(one is not None and one["tag"] == tag for one in found)


def byte_range(header: str | None) -> tuple[int | None, int | None] | None:
    """First and last byte of a single range (section 14.1.2); the first is None for so many bytes from the end.

    None for no range, for one in another unit, one that is none, and for several: these are not heeded.
    """
    found = _RANGE.fullmatch(header) if header else None
    if found is None:
        return None
    first, last = (int(found[name]) if found[name] else None for name in ("first", "last"))
    if first is None and last is None:
        return None
    return None if first is not None and last is not None and last < first else (first, last)


def resolve_range(wanted: tuple[int | None, int | None], size_bytes: int) -> tuple[int, int] | None:
    """First and last byte, both included, in a file of this size; None where nothing of it lies in there."""
    first, last = wanted
    if first is None:
        first, last = max(0, size_bytes - (last or 0)), size_bytes - 1
    last = size_bytes - 1 if last is None else min(last, size_bytes - 1)
    return (first, last) if first <= last else None
