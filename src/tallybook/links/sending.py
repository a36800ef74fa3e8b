"""Answers of the endpoint: their headers, and files whole or in part."""

from base64 import b64encode
from collections.abc import Iterator
from typing import IO

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date

from tallybook.links import problems
from tallybook.links.kept_files import GZIP, KeptFile
from tallybook.web.conditions import resolve_range
from tallybook.web.files import BLOCK_BYTES, WholeFileResponse


def tag_of(content: str, coding: str) -> str:
    """A strong ETag, of one content coding."""
    return f'"{content}-{coding}"' if coding == GZIP else f'"{content}"'


def whole(kept: KeptFile) -> HttpResponseBase:
    """All of a file that was just made."""
    response = _file_response(kept)
    pace = settings.INSTALLATION.link_pace_seconds
    response["RateLimit-Policy"] = f'"link";q=1;w={pace}'
    response["RateLimit"] = f'"link";r=0;t={pace}'
    return response


def repeated(kept: KeptFile) -> HttpResponseBase:
    """All of the last file again."""
    response = _file_response(kept)
    response["Age"] = str(kept.age_seconds)
    return response


def part_of(kept: KeptFile, wanted: tuple[int | None, int | None]) -> HttpResponseBase:
    """A part of a file.

    Raises:
        Problem: the part lies beyond its end.
    """
    size_bytes = kept.facts.size_bytes
    found = resolve_range(wanted, size_bytes)
    if found is None:
        kept.file.close()
        raise problems.range_not_kept(size_bytes)
    first, last = found
    kept.file.seek(first)
    response = StreamingHttpResponse(_blocks(kept.file, last - first + 1), status=206)
    _describe(response, kept)
    response["Content-Range"] = f"bytes {first}-{last}/{size_bytes}"
    response["Content-Length"] = str(last - first + 1)
    return response


def headers_of(kept: KeptFile | None, coding: str) -> HttpResponseBase:
    """The headers of the last file, if there is one: nothing is built to know them."""
    response = HttpResponse()
    if kept is None:
        del response["Content-Type"]
        _share(response, coding)
        return response
    kept.file.close()
    _describe(response, kept)
    response["Content-Length"] = str(kept.facts.size_bytes)
    return response


def not_modified(tag: str) -> HttpResponseBase:
    response = HttpResponse(status=304)
    del response["Content-Type"]
    response["ETag"] = tag
    _share(response, "")
    return response


def _file_response(kept: KeptFile) -> HttpResponseBase:
    response = WholeFileResponse(kept.file, content_type=kept.facts.content_type)
    _describe(response, kept)
    return response


def _describe(response: HttpResponseBase, kept: KeptFile) -> None:
    facts = kept.facts
    response["Content-Type"] = facts.content_type
    response["Content-Disposition"] = f'attachment; filename="{facts.file_name}"'
    response["ETag"] = tag_of(facts.content, facts.coding)
    response["Repr-Digest"] = f"sha-256=:{b64encode(bytes(facts.sha256)).decode()}:"
    response["Tallybook-Row-Count"] = str(facts.row_count)
    response["Accept-Ranges"] = "bytes"
    if facts.changed_at is not None:
        response["Last-Modified"] = http_date(facts.changed_at.timestamp())
    _share(response, facts.coding)


def _share(response: HttpResponseBase, coding: str) -> None:
    if coding == GZIP:
        response["Content-Encoding"] = coding
    response["Vary"] = "Accept-Encoding"
    # May be kept by whoever called, who asks each time whether it is still right.
    response["Cache-Control"] = "private, no-cache"


def _blocks(file: IO[bytes], length: int) -> Iterator[bytes]:
    with file:
        while length and (block := file.read(min(length, BLOCK_BYTES))):
            length -= len(block)
            yield block
