"""How large a request with a file may be, decided before any of it is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from tallybook.errors import NotFound
from tallybook.subscriptions.access import IMPORTS_USAGE, membership_of
from tallybook.subscriptions.models import User
from tallybook.web.errors import file_too_large

_MEGABYTE = 1_000_000
# What a form without a file may have.
_OF_FORMS_MEGABYTES = 3


class UploadLimit:
    """Middleware, behind the one that tells who is signed in: the token of a form is looked for by reading all of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.content_type == "multipart/form-data" and (length := _length(request)) > _OF_FORMS_MEGABYTES * _MEGABYTE:
            most = settings.INSTALLATION.import_megabytes if _may_send_files(request) else _OF_FORMS_MEGABYTES
            if length > most * _MEGABYTE:
                return file_too_large(request, most)
        return self._get_response(request)


def _may_send_files(request: HttpRequest) -> bool:
    """Whether this is the form of a usage file, from somebody who may import."""
    try:
        match = resolve(request.path_info)
        if match.view_name != "console:import-new" or not isinstance(request.user, User):
            return False
        return membership_of(request.user, match.kwargs["subscription_id"]).role in IMPORTS_USAGE
    except (Resolver404, NotFound):
        return False


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
