"""The endpoint that RMM and PSA systems call, and its description."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from tallybook.links import call_log
from tallybook.links.admission import read_sent_key
from tallybook.links.answering import Call, answer
from tallybook.links.description import description
from tallybook.web.client_address import client_address
from tallybook.web.problems import Problem, method_not_allowed, problem_response

_METHODS = ("GET", "HEAD")


# Called by `tallybook.web.programs`, which knows of no sign-in.
def report_link(request: HttpRequest, link_id: UUID) -> HttpResponseBase:
    address = client_address(request)
    try:
        if request.method not in _METHODS:
            raise method_not_allowed(_METHODS)
        key = read_sent_key(request)
        return answer(Call(request=request, link_id=link_id, key=key, address=address))
    except Problem as problem:
        sent_from = "" if address is None else str(address)
        call_log.calls.note(call_log.Call(link_id, sent_from, problem.kind.status, problem.kind.name))
        return problem_response(problem)


def openapi(request: HttpRequest) -> HttpResponseBase:
    """For everybody: it says nothing of any link."""
    if request.method not in _METHODS:
        return problem_response(method_not_allowed(_METHODS))
    return JsonResponse(description(), json_dumps_params={"indent": 1, "ensure_ascii": False})
