"""Errors that programs read: problem details (RFC 9457), one shape for all of them.

`type` is stable and tells kinds apart; it is the address of a page that explains the kind.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpResponse

from tallybook.errors import TallybookError

CONTENT_TYPE = "application/problem+json"


API_PATH = "/api/"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the last part of its type, its status, and its title, which is the same at every occurrence."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        return f"/problems/{self.name}"


BAD_REQUEST = Kind("bad-request", 400, "The request cannot be read")
FORBIDDEN = Kind("forbidden", 403, "This may not be done")
NOT_FOUND = Kind("not-found", 404, "There is nothing at this address")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "This address cannot be used with this method")
TOO_MANY_REQUESTS = Kind("too-many-requests", 429, "Too many requests")
SERVER_ERROR = Kind("server-error", 500, "Something went wrong on the server")
DATABASE_UNAVAILABLE = Kind("database-unavailable", 503, "The database does not answer")
GENERAL = (
    BAD_REQUEST,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    TOO_MANY_REQUESTS,
    SERVER_ERROR,
    DATABASE_UNAVAILABLE,
)
_BY_STATUS = {kind.status: kind for kind in GENERAL}


class Problem(TallybookError):
    """A request that is answered with problem details."""

    def __init__(self, kind: Kind, detail: str, headers: Mapping[str, str] | None = None, **members: object) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


def problem_response(problem: Problem) -> HttpResponse:
    """The answer. The same problem is the same bytes."""
    kind = problem.kind
    body = {"type": kind.type, "title": kind.title, "status": kind.status, "detail": problem.detail, **problem.members}
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False) + "\n", status=kind.status, content_type=CONTENT_TYPE, headers=problem.headers
    )
    response["Cache-Control"] = "no-store"
    return response


def method_not_allowed(methods: Iterable[str]) -> Problem:
    allowed = ", ".join(methods)
    return Problem(METHOD_NOT_ALLOWED, f"Use one of {allowed}.", {"Allow": allowed})


def general_problem(status: int, detail: str) -> HttpResponse:
    """What else goes wrong on the way to a program's answer, by its status."""
    return problem_response(Problem(_BY_STATUS.get(status, BAD_REQUEST), detail))
