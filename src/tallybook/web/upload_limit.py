"""How large a request with a file may be, decided before any of it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tallybook.web.errors import file_too_large

_MEGABYTE = 1_000_000
# What a form without a file may have. Who is not signed in sends no files.
_WITHOUT_FILES_BYTES = 2_500_000


class UploadLimit:
    """Middleware, behind the one that tells who is signed in: the token of a form is looked for by reading all of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.content_type == "multipart/form-data":
            megabytes = settings.INSTALLATION.import_megabytes
            most = megabytes * _MEGABYTE if request.user.is_authenticated else _WITHOUT_FILES_BYTES
            if _length(request) > most:
                return file_too_large(request, megabytes)
        return self._get_response(request)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
