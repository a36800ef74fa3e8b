"""The description of the endpoint in OpenAPI 3.1. Columns, problems and headers come from where they are made."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from tallybook.links import problems
from tallybook.reports.itemised import ITEMISED
from tallybook.reports.kinds import SCHEMA
from tallybook.reports.kinds import Kind as ReportKind
from tallybook.reports.quantities import QUANTITIES
from tallybook.web.problems import CONTENT_TYPE, DATABASE_UNAVAILABLE, GENERAL, METHOD_NOT_ALLOWED, NOT_FOUND, Kind

Described = dict[str, Any]

_ABOUT = (
    "A report link is a saved choice of customers, products and months. It is made in the console, called with its key, and "
    "makes its data at most once in five minutes. Every refusal is problem details (RFC 9457) with a type that is the address "
    "of a page about it."
)
_SENTENCES = {
    "Content-Disposition": "A telling file name.",
    "ETag": "Stays the same as long as the answer does; one of each content coding.",
    "Repr-Digest": "SHA-256 of the whole file in its content coding (RFC 9530).",
    "Tallybook-Row-Count": "Rows of the report, without the header.",
    "Last-Modified": "When the ledger last changed for the report's months; absent where nothing was ever reported.",
    "RateLimit-Policy": "The pace: one call in so many seconds.",
    "RateLimit": "What is left of it, and in how many seconds the data can be made again.",
    "Retry-After": "Seconds after which the call is let in.",
    "Content-Range": "Which part it is, and of how many bytes.",
    "WWW-Authenticate": "Which header the key belongs in.",
    "Allow": "The methods that can be used.",
}
_OF_A_FILE = ("Content-Disposition", "ETag", "Repr-Digest", "Tallybook-Row-Count", "Last-Modified")
_OF_A_REFUSAL = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: (),
}
_PARAMETERS = {
    "If-None-Match": "An ETag of before: unchanged data is 304, and makes nothing.",
    "Range": "A part of the file last sent to this key and address, for an hour: `bytes=1000-`.",
    "If-Range": "The ETag of the file of which a part is wanted.",
}
_KINDS = (*problems.OF_LINKS, NOT_FOUND, METHOD_NOT_ALLOWED, DATABASE_UNAVAILABLE)


def description() -> Described:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tallybook report links",
            "version": "1",
            "summary": "The itemised billing report and its quantities, for programs.",
            "description": _ABOUT,
        },
        "servers": [{"url": f"{settings.INSTALLATION.public_url}/api/v1"}],
        "security": [{"key": []}],
        "paths": {"/report-links/{id}": _path()},
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": problems.KEY_HEADER,
                    "description": "The key that was shown once when the link was made, or when it was rotated.",
                }
            },
            "schemas": {"Report": _report(), "Problem": _problem(), "Row": _row(ITEMISED), "Quantity": _row(QUANTITIES)},
        },
    }


def _path() -> Described:
    headers = [
        {"name": name, "in": "header", "description": sentence, "schema": {"type": "string"}}
        for name, sentence in _PARAMETERS.items()
    ]
    return {
        "parameters": [
            {
                "name": "id",
                "in": "path",
                "required": True,
                "description": "The link's id, as it stands in its address.",
                "schema": {"type": "string", "format": "uuid"},
            },
        ],
        "get": {
            "operationId": "fetchReport",
            "summary": "The report, made afresh",
            "description": "Makes the data, once in the pace. 304, 206 and HEAD make none and may be asked for at any time.",
            "parameters": headers,
            "responses": {**_files(), **_refusals()},
        },
        "head": {
            "operationId": "describeReport",
            "summary": "The headers of the last file",
            "description": "Of the file last sent to this key and address within the hour; without one, none of its headers.",
            "responses": {
                "200": {"description": "The headers.", "headers": _headers((*_OF_A_FILE,))},
                **{status: {"description": one["description"]} for status, one in _refusals().items() if status != "416"},
            },
        },
    }


def _files() -> Described:
    content = {
        "text/csv": {"schema": {"type": "string", "description": "RFC 4180, UTF-8, with the columns of a row as its header."}},
        "application/json": {"schema": {"$ref": "#/components/schemas/Report"}},
    }
    pace = ("RateLimit-Policy", "RateLimit")
    return {
        "200": {"description": "The whole report.", "headers": _headers((*_OF_A_FILE, *pace)), "content": content},
        "206": {
            "description": "A part of the file last sent.",
            "headers": _headers((*_OF_A_FILE, "Content-Range")),
            # A part of a JSON document is no JSON.
            "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {}}},
        },
        "304": {"description": "Nothing has changed since the ETag that was sent.", "headers": _headers(("ETag",))},
    }


def _refusals() -> Described:
    by_status: dict[int, list[Kind]] = {}
    for kind in _KINDS:
        by_status.setdefault(kind.status, []).append(kind)
    return {str(status): _refusal(status, kinds) for status, kinds in sorted(by_status.items())}


def _refusal(status: int, kinds: list[Kind]) -> Described:
    types = {"properties": {"type": {"enum": [kind.type for kind in kinds]}, "status": {"const": status}}}
    return {
        "description": "; ".join(f"{kind.title} (`{kind.name}`)" for kind in kinds) + ".",
        "headers": _headers(_OF_A_REFUSAL.get(status, ())),
        "content": {CONTENT_TYPE: {"schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, types]}}},
    }


def _headers(names: Iterable[str]) -> Described:
    return {name: {"description": _SENTENCES[name], "schema": {"type": "string"}} for name in names}


def _report() -> Described:
    nullable = {"type": ["string", "null"]}
    return {
        "type": "object",
        "required": ["schema", "link", "period", "generatedAt", "rows"],
        "properties": {
            "schema": {"const": SCHEMA},
            "link": {"type": "string", "format": "uuid"},
            "period": {
                "type": "object",
                "required": ["from", "to"],
                "properties": {"from": _month(), "to": _month()},
            },
            "generatedAt": nullable | {"description": "When the ledger last changed for these months."},
            "rows": {
                "type": "array",
                "items": {"anyOf": [{"$ref": "#/components/schemas/Row"}, {"$ref": "#/components/schemas/Quantity"}]},
            },
        },
    }


def _month() -> Described:
    return {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}


def _row(kind: ReportKind) -> Described:
    return {
        "type": "object",
        "required": [column.json_name for column in kind.columns],
        "properties": {
            column.json_name: {"type": ["string" if column.is_text else "integer", "null"], "description": column.title}
            for column in kind.columns
        },
    }


def _problem() -> Described:
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "enum": sorted({kind.type for kind in (*_KINDS, *GENERAL)})},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "A sentence for people; it may change."},
            "retryAfterSeconds": {"type": "integer"},
            "address": {"type": "string", "description": "The address that the server saw."},
        },
    }
