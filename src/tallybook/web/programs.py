"""What programs call is answered before sessions, cookies and sign-in are looked at: programs have none of them."""

from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve

from tallybook.errors import TallybookError
from tallybook.web.errors import bad_request, error_answer, not_found
from tallybook.web.problems import API_PATH

# Programs call the same few addresses all the time, and to resolve one takes as long as to refuse a call.
_KNOWN_PATHS = 1000


class ForPrograms:
    """Middleware. Addresses under `/api/` are resolved and called here, and the middleware behind it never hears of them.

    What is refused then costs half, and no answer varies by a cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(API_PATH):
            return self._get_response(request)
        answer = self._answer(request)
        if isinstance(answer, HttpResponse) and answer.status_code != HTTPStatus.NOT_MODIFIED:
            # CommonMiddleware never runs; and a file's length, of which HEAD tells, stands there already.
            answer.headers.setdefault("Content-Length", str(len(answer.content)))
            if request.method == "HEAD":
                answer.content = b""
        return answer

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        try:
            # As CommonMiddleware does for pages.
            request.get_host()
            found = _view_of(request.path_info)
        except DisallowedHost:
            return bad_request(request)
        except Resolver404:
            return not_found(request)
        try:
            answer: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        except (TallybookError, OperationalError) as error:
            return error_answer(request, error)
        return answer


@lru_cache(_KNOWN_PATHS)
def _view_of(path: str) -> ResolverMatch:
    return resolve(path)
