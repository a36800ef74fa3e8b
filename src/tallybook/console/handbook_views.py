"""The documentation, open to everybody: it holds nothing of anybody's."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallybook.console.handbook import INDEX, image_path, read_page


@login_not_required
@require_safe
def handbook(request: HttpRequest, name: str = INDEX) -> HttpResponse:
    page = read_page(name)
    if page is None:
        raise Http404
    return render(request, "console/handbook.html", {"page": page, "is_index": name == INDEX})


@login_not_required
@require_safe
def image(_request: HttpRequest, name: str) -> HttpResponseBase:
    path = image_path(name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/png")
