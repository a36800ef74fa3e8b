"""Pages are sent compressed to browsers that take it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    """Django's own, which lengthens each page by chance, so that its length gives no secret away (BREACH).

    Not for files that are downloaded: they keep the length by which a browser shows progress.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The response, compressed if it is a page."""
        return response if response.streaming else super().process_response(request, response)
