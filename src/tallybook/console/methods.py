"""Methods of requests that pages take, besides reading alone."""

from django.views.decorators.http import require_http_methods

# A form is read, and sent. HEAD is what asks whether a page is there.
require_form_methods = require_http_methods(["GET", "HEAD", "POST"])
