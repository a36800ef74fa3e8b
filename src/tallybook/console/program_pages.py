"""Pages for whoever writes programs that call us: open to everybody, as the programs are."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.links.description import description
from tallybook.links.problem_pages import problem_pages


@login_not_required
@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    return render(request, "console/problems.html", {"pages": problem_pages().values()})


@login_not_required
@require_safe
def problem(request: HttpRequest, name: str) -> HttpResponse:
    page = problem_pages().get(name)
    if page is None:
        raise Http404
    return render(request, "console/problem.html", {"page": page})


@login_not_required
@require_safe
def api(request: HttpRequest) -> HttpResponse:
    """The description of the API, as a page that needs no other host."""
    told = description()
    (path,) = told["paths"].items()
    methods = [(method.upper(), path[1][method]) for method in ("get", "head")]
    context = {"told": told, "server": told["servers"][0]["url"], "path": path[0], "methods": methods}
    return render(request, "console/api.html", context)
