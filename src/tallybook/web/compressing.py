"""Pages are sent compressed to browsers that take it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressedPages(GZipMiddleware):
    """Django's own, which lengthens each page by chance; tokens are masked anew in each, and nothing typed stands beside a key.

    Not for files that are downloaded: they keep the length by which a browser shows progress.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The response, compressed if it is a page."""
        is_file = response.streaming or response.has_header("Content-Disposition")
        return response if is_file else super().process_response(request, response)
