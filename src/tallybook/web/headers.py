"""Headers that every answer carries. Pages say more of what they may load and who may keep them: see the settings."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_UNUSED_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES)
STRICT_TRANSPORT_SECURITY = f"max-age={365 * 24 * 3600}"
_HEADERS = {
    # Whatever does not say how long it may be kept is not kept: pages show one MSP's data to one person.
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class ResponseHeaders:
    """Middleware. Sets what an answer does not set itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._headers = dict(_HEADERS)
        # Django sends it for requests that reach it over https; behind a proxy that ends TLS, none does.
        if settings.INSTALLATION.public_url.startswith("https://"):
            self._headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return response
