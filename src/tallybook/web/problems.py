"""Errors that programs read: problem details (RFC 9457), one shape for all of them.

`type` is stable and tells kinds apart; it is the address of a page that explains the kind.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse

from tallybook.errors import TallybookError

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the last part of its type, its status, and its title, which is the same at every occurrence."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        return f"/problems/{self.name}"


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
