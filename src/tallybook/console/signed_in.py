"""Every view is for people who are signed in, unless it says otherwise."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

_READING = ("GET", "HEAD")


class SignedIn(LoginRequiredMiddleware):
    """Django's own, for what is read. Who sends something after they were signed out comes back to the page with the form."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]) -> HttpResponseRedirect:
        """To the sign-in, and from there to a page, which says that nothing was saved."""
        if request.method in _READING:
            return super().handle_no_permission(request, view_func)
        query = urlencode({"next": _page_of(request), "unsaved": "1"})
        return HttpResponseRedirect(f"{resolve_url(self.get_login_url(view_func))}?{query}")


def _page_of(request: HttpRequest) -> str:
    """The page from which something was sent; the first page, where the browser does not say or it is another site's."""
    said = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(said, {request.get_host()}, require_https=request.is_secure()):
        return resolve_url("console:home")
    page = urlsplit(said)
    return page._replace(scheme="", netloc="", fragment="").geturl() or "/"
